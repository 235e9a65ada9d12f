use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::files::{packed, utf16};
use super::*;

const SEEDS: [&str; 4] = [
    "a,b,class\n1,x,0\n2,\"y, z\",1\nNA,x,0\n4,,1\n",
    "3,14;rot;ja\n2,5;blau;nein\n1;\"a\"\"b\nc\";ja\n",
    "id\tcafé\ty\n1\t-1e38\tp\n2\tinf\tn\n3\t5\tp\n",
    "x,x,,y\r\n1,2,3,a\r\n1,2\r\n\r\n4,5,6,b\r\n4,5,6,b\r\n",
];
const PIECES: [&[u8]; 18] = [
    b",",
    b";",
    b"\t",
    b"|",
    b"\"",
    b"\"\"",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1f\x8b",
    b"1e999",
    b"nan",
    b"?",
    b"-",
    b"\xe9",
    b"0",
];

/// One change to bytes.
fn mutate(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    let at = rng.random_range(0..=bytes.len());
    match rng.random_range(0..5) {
        0 => bytes.truncate(at),
        1 => {
            let end = rng.random_range(at..=bytes.len());
            bytes.drain(at..end.min(at + 5));
        }
        2 => {
            let piece = PIECES[rng.random_range(0..PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        3 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = rng.random();
            }
        }
        _ => {
            let copy = bytes[at..].to_vec();
            bytes.extend(copy);
        }
    }
    bytes.truncate(2000);
}

#[test]
fn changed_tables_are_tables_or_sentences() {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let (mut tables, mut faults) = (0, 0);
    for round in 0..2000 {
        let text = SEEDS[round % SEEDS.len()];
        let mut bytes = match rng.random_range(0..6) {
            0 => packed(text.as_bytes()),
            1 => utf16(text, u16::to_le_bytes),
            _ => text.as_bytes().to_vec(),
        };
        for _ in 0..rng.random_range(1..12) {
            mutate(&mut bytes, &mut rng);
        }
        let options = Options {
            label: [None, Some("y"), Some("1"), Some("99")][rng.random_range(0..4)]
                .map(str::to_owned),
            header: [None, Some(true), Some(false)][rng.random_range(0..3)],
        };
        looks_like(&bytes);
        match table_with(&bytes, &options) {
            Ok(table) => {
                check(&table);
                tables += 1;
            }
            Err(sentence) => {
                assert!(!sentence.is_empty());
                assert!(!sentence.contains("changed"), "{sentence}");
                faults += 1;
            }
        }
    }
    assert!(
        tables > 100 && faults > 100,
        "{tables} tables, {faults} faults"
    );
}

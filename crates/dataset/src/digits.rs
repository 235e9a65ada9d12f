//! The built-in handwritten digits.

use std::io::Read;

use flate2::read::GzDecoder;

use super::{dataset::Source, rows::Rows};

/// Gzipped rows of 64 pixels from 0 to 16 and a digit, without a header.
const FILE: &[u8] = include_bytes!("../../../assets/data/digits.csv.gz");
const ROWS: usize = 1797;
const PIXELS: usize = 64;
const DARKEST: u8 = 16;

pub(super) fn source() -> Source {
    Source {
        title: "Optical Recognition of Handwritten Digits, UCI Machine Learning Repository"
            .to_owned(),
        credit: "E. Alpaydin and C. Kaynak, 1998".to_owned(),
        licence: "CC BY 4.0".to_owned(),
    }
}

/// All digits in the order of the file: 1×8×8 images with values in [0, 1].
pub(super) fn samples() -> Result<Rows, String> {
    decode(FILE).map_err(|error| {
        format!("The built-in digits are damaged: {error}; install Layerwise again")
    })
}

fn decode(file: &[u8]) -> Result<Rows, String> {
    let mut text = String::new();
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .map_err(|error| format!("the file cannot be unpacked ({error})"))?;

    let mut samples = Rows::default();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    for (index, row) in reader.deserialize::<Vec<u8>>().enumerate() {
        let number = index + 1;
        let row = row.map_err(|error| format!("row {number} cannot be read ({error})"))?;
        let (&label, pixels) = row
            .split_last()
            .filter(|(_, pixels)| pixels.len() == PIXELS)
            .ok_or_else(|| {
                format!(
                    "row {number} has {} values instead of {}",
                    row.len(),
                    PIXELS + 1
                )
            })?;
        if let Some(pixel) = pixels.iter().find(|&&pixel| pixel > DARKEST) {
            return Err(format!(
                "row {number} has a pixel of {pixel}, above {DARKEST}"
            ));
        }
        if label > 9 {
            return Err(format!("row {number} is labelled {label}, above 9"));
        }
        samples
            .inputs
            .extend(pixels.iter().map(|&p| f32::from(p) / f32::from(DARKEST)));
        samples.labels.push(u32::from(label));
    }
    if samples.len() != ROWS {
        return Err(format!(
            "there are {} rows instead of {ROWS}",
            samples.len()
        ));
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_built_in_file_decodes() {
        let digits = samples().unwrap();
        assert_eq!(digits.len(), 1797);
        assert_eq!(digits.inputs.len(), 1797 * 64);
        assert!(
            digits
                .inputs
                .iter()
                .all(|value| (0.0..=1.0).contains(value))
        );
        let mut sizes = [0; 10];
        for &label in &digits.labels {
            sizes[label as usize] += 1;
        }
        assert_eq!(sizes, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        // First row of pixels of the first sample, a zero: 0 0 5 13 9 1 0 0.
        assert_eq!(digits.labels[0], 0);
        assert_eq!(
            digits.inputs[..8],
            [0.0, 0.0, 0.3125, 0.8125, 0.5625, 0.0625, 0.0, 0.0]
        );
    }

    #[test]
    fn damage_is_told() {
        let row = |pixel: &str, label: &str| {
            let mut row = vec![pixel; PIXELS];
            row.push(label);
            row.join(",") + "\n"
        };
        let good = row("16", "9");
        for (file, message) in [
            (FILE[..2000].to_vec(), "cannot be unpacked"),
            (b"0,0,1".to_vec(), "cannot be unpacked"),
            (packed("1,2,3\n"), "row 1 has 3 values instead of 65"),
            (
                packed(&(good.clone() + &row("x", "9"))),
                "row 2 cannot be read",
            ),
            (packed(&row("17", "9")), "row 1 has a pixel of 17"),
            (packed(&row("0", "10")), "row 1 is labelled 10"),
            (packed(&good), "there are 1 rows instead of 1797"),
        ] {
            let error = decode(&file).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}

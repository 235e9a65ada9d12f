#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| layerwise_fuzz::experiment(input));

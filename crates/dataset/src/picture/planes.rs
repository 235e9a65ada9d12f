//! An image as the training data hold it.

use image::GrayImage;

/// An 8-bit image, channel by channel, row by row. Holds at least one pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    shape: [usize; 3],
    pixels: Vec<u8>,
}

impl Planes {
    /// An image of `shape`: channels, height, width.
    ///
    /// # Errors
    /// Where the shape has a zero or does not match the number of pixels.
    pub fn new(shape: [usize; 3], pixels: Vec<u8>) -> Result<Self, String> {
        let len = shape
            .iter()
            .try_fold(1_usize, |len, &size| len.checked_mul(size));
        if len != Some(pixels.len()) || pixels.is_empty() {
            let [channels, height, width] = shape;
            return Err(format!(
                "{} pixel values are not an image of {channels}×{height}×{width}: correct the shape",
                pixels.len()
            ));
        }
        Ok(Self { shape, pixels })
    }

    /// Channels, height, width.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// All values, from 0 to 255.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All values, from 0 to 255.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    pub(crate) fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// The channels one after the other.
    pub(crate) fn channels_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let len = self.plane_len();
        self.pixels.chunks_exact_mut(len)
    }

    /// The channels of a colour image; None where there are not three.
    pub(crate) fn colours_mut(&mut self) -> Option<[&mut [u8]; 3]> {
        let len = self.plane_len();
        let [3, _, _] = self.shape else {
            return None;
        };
        let (red, rest) = self.pixels.split_at_mut_checked(len)?;
        let (green, blue) = rest.split_at_mut_checked(len)?;
        Some([red, green, blue])
    }

    /// Replaces every channel by what `change` makes of it: an image of the same size.
    pub(crate) fn change_channels(&mut self, change: impl Fn(&GrayImage) -> GrayImage) {
        let [_, height, width] = self
            .shape
            .map(|size| u32::try_from(size).unwrap_or(u32::MAX));
        for channel in self.channels_mut() {
            if let Some(grey) = GrayImage::from_raw(width, height, channel.to_vec()) {
                for (to, &from) in channel.iter_mut().zip(change(&grey).as_raw()) {
                    *to = from;
                }
            }
        }
    }

    fn plane_len(&self) -> usize {
        let [_, height, width] = self.shape;
        height * width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_must_match() {
        assert!(Planes::new([3, 2, 1], vec![0; 6]).is_ok());
        for shape in [[3, 2, 2], [0, 2, 3], [usize::MAX, 2, 3]] {
            let error = Planes::new(shape, vec![0; 6]).unwrap_err();
            assert!(error.contains("6 pixel values are not an image"), "{error}");
        }
        assert!(Planes::new([1, 0, 3], Vec::new()).is_err());
    }

    #[test]
    fn channels_are_apart() {
        let mut image = Planes::new([3, 1, 2], vec![1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(image.channels_mut().nth(1).unwrap(), [3, 4]);
        let [red, _, blue] = image.colours_mut().unwrap();
        assert_eq!((red, blue), ([1, 2].as_mut_slice(), [5, 6].as_mut_slice()));
    }
}

//! Dropout: a mask, the same on the way forward and back.

use burn::tensor::Tensor;

use crate::block::{Closed, Draws, Dropout, Dual, Operation, Place, Seen};

/// What dropout drew.
struct Masked {
    /// None where nothing is dropped.
    mask: Option<Tensor<4>>,
}

impl Masked {
    fn masked(&self, x: Tensor<4>) -> Tensor<4> {
        match &self.mask {
            Some(mask) => x * mask.clone(),
            None => x,
        }
    }
}

impl Closed for Dropout {
    fn see(
        &self,
        x: Tensor<4>,
        place: Place,
        draws: &mut Draws,
    ) -> (Box<dyn Seen + '_>, Tensor<4>) {
        let (at, _) = place;
        let y = self.apply(Dual::plain(x), at, Some(&mut *draws)).value;
        let mask = draws.mask(place).cloned();
        (Box::new(Masked { mask }), y)
    }
}

impl Seen for Masked {
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        self.masked(tangent)
    }

    fn reverse(&self, errors: Dual) -> Dual {
        errors.linear(|errors| self.masked(errors))
    }
}

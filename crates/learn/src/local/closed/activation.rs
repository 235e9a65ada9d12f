//! Functions of each value by itself.

use burn::tensor::{Bool, Tensor, activation};

use crate::block::{
    Activated, Activation, Closed, Draws, Dual, Place, Seen, gate, gelu_slope, normal_density,
    silu_slope, tanh_slope,
};

/// What an activation saw.
#[expect(
    clippy::large_enum_variant,
    reason = "a module has few layers, and they live for one step"
)]
enum Bent {
    /// x for x > 0, slope·x where the gate is closed.
    Gate { closed: Tensor<4, Bool>, slope: f64 },
    /// A function with two derivatives.
    Smooth { curve: Curve, input: Dual },
}

/// Functions with two derivatives.
#[derive(Clone, Copy, Debug)]
enum Curve {
    Gelu,
    Silu,
    Tanh,
}

impl Curve {
    /// f′(x)
    fn slope(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Gelu => gelu_slope(x),
            Self::Silu => silu_slope(x),
            Self::Tanh => tanh_slope(x),
        }
    }

    /// f″(x): (2 − x²)·φ(x) of GELU; σ′·(2 + x·(1 − 2σ)) with σ′ = σ·(1 − σ) of SiLU;
    /// −2·y·(1 − y²) with y = tanh x.
    fn curvature(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Gelu => {
                let density = normal_density(x.clone());
                (-(x.clone() * x) + 2.0) * density
            }
            Self::Silu => {
                let sigmoid = activation::sigmoid(x.clone());
                let slope = sigmoid.clone() * (-sigmoid.clone() + 1.0);
                slope * (x * (sigmoid * -2.0 + 1.0) + 2.0)
            }
            Self::Tanh => tanh_slope(x.clone()) * x.tanh() * -2.0,
        }
    }
}

impl Closed for Activated {
    fn see(
        &self,
        x: Tensor<4>,
        _place: Place,
        _draws: &mut Draws,
    ) -> (Box<dyn Seen + '_>, Tensor<4>) {
        let gate_of = |slope| Bent::Gate {
            closed: x.clone().lower_equal_scalar(0.0),
            slope,
        };
        let smooth = |curve| Bent::Smooth {
            curve,
            input: Dual::plain(x.clone()),
        };
        let seen = match self.activation {
            Activation::Relu => gate_of(0.0),
            Activation::LeakyRelu(slope) => gate_of(slope),
            Activation::Gelu => smooth(Curve::Gelu),
            Activation::Silu => smooth(Curve::Silu),
            Activation::Tanh => smooth(Curve::Tanh),
        };
        let y = match &seen {
            Bent::Gate { closed, slope } => gate(x, closed, *slope),
            Bent::Smooth { .. } => self.activation.forward(Dual::plain(x)).value,
        };
        (Box::new(seen), y)
    }
}

impl Seen for Bent {
    /// ẏ = f′(x)·ẋ
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Gate { closed, slope } => gate(tangent, closed, *slope),
            Self::Smooth { curve, input } => {
                input.tangent = Some(tangent.clone());
                curve.slope(input.value.clone()) * tangent
            }
        }
    }

    /// ∂O/∂x = f′(x)·a + f″(x)·ẋ·ȧ, ∂O/∂ẋ = f′(x)·ȧ.
    fn reverse(&self, errors: Dual) -> Dual {
        let (curve, input) = match self {
            Self::Gate { closed, slope } => {
                return errors.linear(|errors| gate(errors, closed, *slope));
            }
            Self::Smooth { curve, input } => (curve, input),
        };
        let slope = curve.slope(input.value.clone());
        let mut value = errors.value * slope.clone();
        let tangent = errors.tangent.map(|of_tangent| {
            if let Some(tangent) = &input.tangent {
                let bent = curve.curvature(input.value.clone()) * tangent.clone();
                value = value.clone() + bent * of_tangent.clone();
            }
            of_tangent * slope
        });
        Dual { value, tangent }
    }
}

//! Gradients of a module's parameters.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Gradients, Tensor, TensorData},
};

use super::module::LocalModule;

/// Moves the gradients of a module's parameters out of a backward pass.
pub(super) fn collect(module: &LocalModule, from: &mut Gradients, into: &mut GradientsParams) {
    struct Collect<'a> {
        from: &'a mut Gradients,
        into: &'a mut GradientsParams,
    }
    impl ModuleVisitor for Collect<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.is_require_grad()
                && let Some(gradient) = param.val().grad_remove(self.from)
            {
                self.into.register(param.id, gradient);
            }
        }
    }
    module.visit(&mut Collect { from, into });
}

/// Scales a module's whole gradient down to a norm of at most `limit`, on the device.
pub(super) fn clip(module: &LocalModule, gradients: &mut GradientsParams, limit: f64) {
    struct Squares<'a> {
        gradients: &'a GradientsParams,
        sum: Option<Tensor<1>>,
    }
    impl ModuleVisitor for Squares<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = self.gradients.get::<D>(param.id) {
                let square = (gradient.clone() * gradient).sum();
                self.sum = Some(match self.sum.take() {
                    Some(sum) => sum + square,
                    None => square,
                });
            }
        }
    }
    struct Scale<'a> {
        gradients: &'a mut GradientsParams,
        factor: Tensor<1>,
    }
    impl ModuleVisitor for Scale<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = self.gradients.remove::<D>(param.id) {
                let scaled = gradient * self.factor.clone().reshape([1; D]);
                self.gradients.register(param.id, scaled);
            }
        }
    }
    let mut squares = Squares {
        gradients,
        sum: None,
    };
    module.visit(&mut squares);
    if let Some(sum) = squares.sum {
        let factor = (sum.sqrt() + 1e-12)
            .recip()
            .mul_scalar(limit)
            .clamp_max(1.0);
        module.visit(&mut Scale { gradients, factor });
    }
}

/// A tensor read back to the host, with its name.
#[derive(Clone, Debug)]
pub struct Named {
    /// `block.N.weight`, with N counted from the module's first block, or `head.weight`,
    /// `similarity.conv.weight`, `decoder.output.weight` and so on; running statistics are
    /// `block.N.running_mean` and `block.N.running_var`.
    pub name: String,
    /// Its values and their shape.
    pub data: TensorData,
}

/// A module's parameters, with fixed heads and running statistics, or their gradients where
/// `gradients` is given.
/// Reads back to the host.
pub fn named_parameters(module: &LocalModule, gradients: Option<&GradientsParams>) -> Vec<Named> {
    struct Read<'a> {
        gradients: Option<&'a GradientsParams>,
        path: Vec<String>,
        found: Vec<Named>,
    }
    impl ModuleVisitor for Read<'_> {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let tensor = match self.gradients {
                Some(gradients) => gradients.get::<D>(param.id),
                None => Some(param.val().inner()),
            };
            if let Some(tensor) = tensor {
                self.found.push(Named {
                    name: short_name(&self.path),
                    data: tensor.into_data(),
                });
            }
        }
    }
    let mut read = Read {
        gradients,
        path: Vec::new(),
        found: Vec::new(),
    };
    module.visit(&mut read);
    if gradients.is_none() {
        for (name, mean, variance) in module.running_statistics() {
            for (part, tensor) in [("running_mean", mean), ("running_var", variance)] {
                read.found.push(Named {
                    name: format!("{name}{part}"),
                    data: tensor.into_data(),
                });
            }
        }
    }
    read.found
}

/// `layers.3.Linear.weight` becomes `block.3.weight`; `head.weight` stays.
pub(super) fn short_name(path: &[String]) -> String {
    let short: Vec<&str> = path
        .iter()
        .map(String::as_str)
        .filter(|part| !part.starts_with(char::is_uppercase))
        .filter(|part| !["affine", "objective"].contains(part))
        .map(|part| if part == "layers" { "block" } else { part })
        .collect();
    short.join(".")
}

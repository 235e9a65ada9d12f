//! The values of a module from outside.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Tensor, TensorData},
};

use super::{gradients::short_name, module::LocalModule};

/// Names and shapes of a module's parameters, with fixed heads and running statistics, named as
/// in [`Named`](super::Named).
pub fn parameter_shapes(module: &LocalModule) -> Vec<(String, Vec<usize>)> {
    #[derive(Default)]
    struct Shapes {
        path: Vec<String>,
        found: Vec<(String, Vec<usize>)>,
    }
    impl ModuleVisitor for Shapes {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let shape = param.val().dims().to_vec();
            self.found.push((short_name(&self.path), shape));
        }
    }
    let mut shapes = Shapes::default();
    module.visit(&mut shapes);
    for (name, mean, variance) in module.running_statistics() {
        for (part, tensor) in [("running_mean", mean), ("running_var", variance)] {
            let shape = tensor.dims().to_vec();
            shapes.found.push((format!("{name}{part}"), shape));
        }
    }
    shapes.found
}

/// Gives the values of a name, row by row, or none where they stay.
pub type Values<'a> = dyn FnMut(&str) -> Result<Option<Vec<f64>>, String> + 'a;

/// Asks `values` for each name of [`parameter_shapes`] and puts in what it gives; what it has
/// none for stays. Values have the count of the shape.
///
/// # Errors
/// The first of `values`.
pub fn replace_parameters(
    module: LocalModule,
    values: &mut Values<'_>,
) -> Result<LocalModule, String> {
    struct Replace<'a> {
        values: &'a mut Values<'a>,
        path: Vec<String>,
        error: Option<String>,
    }
    impl Replace<'_> {
        fn ask(&mut self, name: &str) -> Option<Vec<f64>> {
            if self.error.is_some() {
                return None;
            }
            match (self.values)(name) {
                Ok(values) => values,
                Err(error) => {
                    self.error = Some(error);
                    None
                }
            }
        }
    }
    impl ModuleMapper for Replace<'_> {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let name = short_name(&self.path);
            let Some(values) = self.ask(&name) else {
                return param;
            };
            param.map(|old| {
                let data = TensorData::new(values, old.dims());
                let new = Tensor::from_data(data, &old.device());
                if old.is_require_grad() {
                    new.require_grad()
                } else {
                    new
                }
            })
        }
    }
    let mut replace = Replace {
        values,
        path: Vec::new(),
        error: None,
    };
    let mut module = module.map(&mut replace);
    module.replace_running_statistics(&mut |name| replace.ask(name));
    match replace.error {
        Some(error) => Err(error),
        None => Ok(module),
    }
}

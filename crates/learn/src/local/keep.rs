//! Everything that a learner has learnt, on the host.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    optim::record::OptimizerRecord,
    tensor::{Bytes, Tensor},
};

use super::{
    Learner, LocalModule, Named,
    gradients::{named_parameters, short_name},
    weights::replace_parameters,
};

/// A module with the state of its optimiser.
pub struct Kept {
    /// Parameters, fixed heads and running statistics.
    pub parameters: Vec<Named>,
    /// What the optimiser knows each parameter by.
    pub ids: HashMap<String, u64>,
    /// State of the optimiser, as Burn writes it.
    pub optimizer: Vec<u8>,
}

impl Learner {
    /// All modules with their optimisers. Reads back to the host.
    ///
    /// # Errors
    /// Where the state of an optimiser cannot be written.
    pub fn keep(&self) -> Result<Vec<Kept>, String> {
        let both = self.modules.iter().zip(&self.optimizers);
        both.map(|(module, optimizer)| {
            let optimizer = optimizer
                .into_bytes()
                .map_err(|error| format!("the state of the optimiser cannot be kept: {error}"))?;
            Ok(Kept {
                parameters: named_parameters(module, None),
                ids: ids(module),
                optimizer: optimizer.to_vec(),
            })
        })
        .collect()
    }

    /// Goes on from kept modules, of the same network.
    ///
    /// # Errors
    /// Where what was kept is of another network, or damaged.
    pub fn go_on_from(&mut self, kept: Vec<Kept>) -> Result<(), String> {
        if kept.len() != self.modules.len() {
            return Err(format!(
                "it holds {} modules, and the network has {}",
                kept.len(),
                self.modules.len()
            ));
        }
        let modules = std::mem::take(&mut self.modules);
        let optimizers = std::mem::take(&mut self.optimizers);
        for ((module, optimizer), kept) in modules.into_iter().zip(optimizers).zip(kept) {
            let record = OptimizerRecord::from_bytes(Bytes::from_bytes_vec(kept.optimizer))
                .map_err(|error| format!("the state of an optimiser is damaged: {error}"))?;
            self.modules
                .push(restored(module, kept.parameters, &kept.ids)?);
            self.optimizers.push(optimizer.load_record(record));
        }
        Ok(())
    }
}

fn ids(module: &LocalModule) -> HashMap<String, u64> {
    #[derive(Default)]
    struct Ids {
        path: Vec<String>,
        found: HashMap<String, u64>,
    }
    impl ModuleVisitor for Ids {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.insert(short_name(&self.path), param.id.val());
        }
    }
    let mut ids = Ids::default();
    module.visit(&mut ids);
    ids.found
}

/// The module with these values under these ids.
fn restored(
    module: LocalModule,
    parameters: Vec<Named>,
    ids: &HashMap<String, u64>,
) -> Result<LocalModule, String> {
    struct Rename<'a> {
        path: Vec<String>,
        ids: &'a HashMap<String, u64>,
        missing: Option<String>,
    }
    impl ModuleMapper for Rename<'_> {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let name = short_name(&self.path);
            let (id, tensor, mapper) = param.consume();
            let id = match self.ids.get(&name) {
                Some(id) => ParamId::from(*id),
                None => {
                    self.missing = Some(name);
                    id
                }
            };
            Param::from_mapped_value(id, tensor, mapper)
        }
    }
    let mut rename = Rename {
        path: Vec::new(),
        ids,
        missing: None,
    };
    let module = module.map(&mut rename);
    if let Some(name) = rename.missing {
        return Err(format!("it lacks {name}"));
    }
    let mut values: HashMap<String, Vec<f64>> = parameters
        .into_iter()
        .map(|named| (named.name, named.data.iter::<f64>().collect()))
        .collect();
    let shapes: HashMap<String, usize> = super::parameter_shapes(&module)
        .into_iter()
        .map(|(name, shape)| (name, shape.iter().product()))
        .collect();
    replace_parameters(module, &mut |name| {
        let values = values
            .remove(name)
            .ok_or_else(|| format!("it lacks {name}"))?;
        match shapes.get(name) {
            Some(count) if *count == values.len() => Ok(Some(values)),
            _ => Err(format!("{name} has another size than in the network")),
        }
    })
}

//! GPUs as this process uses them: opened once, watched, and opened anew where they were lost.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use burn::tensor::{Device, DeviceKind, Tensor, read_sync, wgpu::WgpuSetup};
use parking_lot::Mutex;

/// A GPU that was opened before.
struct Gpu {
    kind: DeviceKind,
    device: Device,
    setup: WgpuSetup,
    complaint: Complaint,
}

/// Burn keeps what it opened as long as the process lives, lost or not.
static OPENED: Mutex<Vec<Gpu>> = Mutex::new(Vec::new());

/// What a GPU complained of first, on a thread of its own: whoever waits for its numbers only
/// learns that they never came.
#[derive(Clone, Default)]
pub(super) struct Complaint {
    said: Arc<Mutex<Option<String>>>,
    /// The GPU.
    device: Option<Device>,
}

impl Complaint {
    /// What was complained of since this was last asked. Of a lost GPU, that is often only what
    /// the loss made of its buffers.
    pub fn take(&self) -> Option<String> {
        let said = self.said.lock().take()?;
        let is_lost = self.device.as_ref().is_some_and(|device| !computes(device));
        Some(if is_lost {
            format!("Device is lost: {said}")
        } else {
            said
        })
    }
}

/// Opens a GPU, or opens it anew where it no longer computes.
///
/// # Errors
/// Where the driver does not give it.
pub(super) fn open(kind: DeviceKind) -> Result<(Device, Complaint), String> {
    let wrong = |error: &dyn std::fmt::Display| {
        format!(
            "The GPU cannot be opened: {error}. Choose another device, or start Layerwise again"
        )
    };
    let mut opened = OPENED.lock();
    let Some(gpu) = opened.iter_mut().find(|gpu| gpu.kind == kind) else {
        let (device, setup) = Device::wgpu_options()
            .device_kind(kind.clone())
            .init_with_setup()
            .map_err(|error| wrong(&error))?;
        let complaint = watch(&setup.device, &device);
        opened.push(Gpu {
            kind,
            device: device.clone(),
            setup,
            complaint: complaint.clone(),
        });
        return Ok((device, complaint));
    };
    if computes(&gpu.device) {
        // A run that ended for want of memory leaves much of it reserved.
        gpu.device.memory_cleanup();
    } else {
        gpu.setup.device.destroy();
        (gpu.device, gpu.setup) = anew(&gpu.setup).map_err(|error| wrong(&error))?;
        gpu.complaint = watch(&gpu.setup.device, &gpu.device);
    }
    // What an earlier run left there is none of the next one's.
    *gpu.complaint.said.lock() = None;
    Ok((gpu.device.clone(), gpu.complaint.clone()))
}

/// Whether a device still gives back what it was given.
fn computes(device: &Device) -> bool {
    let ask = || Tensor::<1>::ones([1], device).try_into_vec_as::<f32>();
    matches!(catch_unwind(AssertUnwindSafe(ask)), Ok(Ok(one)) if one == [1.0])
}

/// Opens the adapter of a lost device again, as that was opened.
fn anew(lost: &WgpuSetup) -> Result<(Device, WgpuSetup), String> {
    let request = lost.adapter.request_device(&wgpu::DeviceDescriptor {
        required_features: lost.device.features() - wgpu::Features::all_experimental_mask(),
        required_limits: lost.device.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..wgpu::DeviceDescriptor::default()
    });
    let (device, queue) = read_sync(request).map_err(|error| error.to_string())?;
    let setup = WgpuSetup {
        device,
        queue,
        ..lost.clone()
    };
    let device = Device::wgpu_options()
        .setup(setup.clone())
        .init()
        .map_err(|error| error.to_string())?;
    Ok((device, setup))
}

/// Keeps what a device complains of outside of any error scope. Burn's own handler, which this
/// one replaces, panics on the thread of the device, where nobody but the standard error stream
/// hears of it; what that step was to write then counts as not written (cubecl-wgpu,
/// `PoisonWatch::watch`).
fn watch(handle: &wgpu::Device, device: &Device) -> Complaint {
    let complaint = Complaint {
        said: Arc::default(),
        device: Some(device.clone()),
    };
    let said = complaint.said.clone();
    handle.on_uncaptured_error(Arc::new(move |error| {
        let text = format!("wgpu error: {error}");
        said.lock().get_or_insert_with(|| text.clone());
        // A second panic while one unwinds would end the process. This one needs no words on the
        // standard error stream: the end of the run tells of it.
        if !std::thread::panicking() {
            resume_unwind(Box::new(text));
        }
    }));
    complaint
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        time::{Duration, Instant},
    };

    use layerwise_experiment::{Balance, DeviceChoice, preset};
    use layerwise_study::{Fact, Phase, Recorded, checkpoints};

    use super::*;
    use crate::{Run, RunOptions, adapters, is_in_use};

    fn start(device: DeviceChoice, folder: &Path, resume: bool) -> Run {
        let mut experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        experiment.device = device;
        experiment.split_into(2, Balance::Blocks);
        experiment.train.batch_size = 720;
        experiment.train.epochs = if resume { 2 } else { 10_000 };
        assert_eq!(experiment.problems(), []);
        let options = RunOptions {
            folder: Some(folder.to_owned()),
            resume,
            ..RunOptions::default()
        };
        Run::start(experiment, options).unwrap()
    }

    /// Waits for a fact of a run; one that hangs fails.
    fn wait_for(run: &Run, is_it: impl Fn(&Fact) -> bool) -> Fact {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(300) {
            let fact = run.next_fact(Duration::from_millis(100));
            if let Some(fact) = fact.filter(|fact| is_it(fact)) {
                return fact;
            }
        }
        panic!("the run hangs");
    }

    fn end(run: &Run) -> (Phase, String) {
        match wait_for(run, |fact| matches!(fact, Fact::Ended { .. })) {
            Fact::Ended { phase, message, .. } => (phase, message.unwrap_or_default()),
            _ => unreachable!(),
        }
    }

    #[test]
    fn a_gpu_that_is_lost_ends_the_run_with_a_sentence_and_is_opened_anew() {
        let adapter = adapters()
            .into_iter()
            .next_back()
            .expect("a Vulkan adapter: test.sh installs a software one");
        let gpu = DeviceChoice::Adapter(adapter.index);
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("run");

        let run = start(gpu, &folder, false);
        wait_for(&run, |fact| matches!(fact, Fact::Evaluation(_)));
        // The checkpoint of the first epoch is written after its evaluation is told.
        let started = Instant::now();
        while checkpoints(&folder).is_empty() {
            assert!(
                started.elapsed() < Duration::from_secs(300),
                "no checkpoint"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        let lost = OPENED.lock().last().unwrap().setup.device.clone();
        lost.destroy();
        let (phase, message) = end(&run);
        run.join();
        assert_eq!(phase, Phase::Failed, "{message}");
        assert!(message.contains(&adapter.name), "{message}");
        assert!(message.contains("was lost"), "{message}");

        // Its last state is intact, and others may go on from it.
        assert!(!is_in_use(&folder));
        let summary = std::fs::read_to_string(folder.join("summary.json")).unwrap();
        assert!(summary.contains("was lost"), "{summary}");
        let recorded = Recorded::open(&folder).unwrap();
        assert!(recorded.step >= 1);

        // On the same GPU, in the same process.
        let (phase, message) = end(&start(gpu, &folder, true));
        assert_eq!(phase, Phase::Finished, "{message}");

        // What it refuses on a thread of its own is heard.
        let (device, complaint) = {
            let opened = OPENED.lock();
            let gpu = opened.last().unwrap();
            (gpu.setup.device.clone(), gpu.complaint.clone())
        };
        let refused = catch_unwind(AssertUnwindSafe(|| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: 1 << 60,
                usage: wgpu::BufferUsages::STORAGE,
                mapped_at_creation: false,
            })
        }));
        assert!(refused.is_err());
        let complaint = complaint.take().unwrap();
        assert!(
            complaint.contains("is greater than the maximum buffer size"),
            "{complaint}"
        );
    }
}

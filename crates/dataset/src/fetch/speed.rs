//! How fast bytes come.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Bytes that came within this time make the speed.
const WINDOW: Duration = Duration::from_secs(5);

/// Time between two counts that are kept.
const STEP: Duration = Duration::from_millis(100);

/// Less time than this tells nothing.
const SHORTEST: Duration = Duration::from_millis(500);

/// Speed over the last few seconds.
#[derive(Default)]
pub struct Speed {
    /// Bytes that had come at each time, oldest first.
    counts: VecDeque<(Instant, u64)>,
    came: u64,
}

impl Speed {
    /// Counts bytes that came by `now`; 0 where time passed without any.
    pub fn count(&mut self, now: Instant, bytes: u64) {
        self.came = self.came.saturating_add(bytes);
        if let Some((last, _)) = self.counts.back()
            && now.saturating_duration_since(*last) < STEP
        {
            return;
        }
        self.counts.push_back((now, self.came));
        while let Some((second, _)) = self.counts.get(1)
            && now.saturating_duration_since(*second) >= WINDOW
        {
            self.counts.pop_front();
        }
    }

    /// Bytes in a second; 0 where it is too early to tell.
    pub fn per_second(&self, now: Instant) -> f64 {
        let Some((first, before)) = self.counts.front() else {
            return 0.0;
        };
        let time = now.saturating_duration_since(*first);
        if time < SHORTEST {
            return 0.0;
        }
        self.came.saturating_sub(*before) as f64 / time.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let start = Instant::now();
        let at = |tenths: u64| start + Duration::from_millis(100 * tenths);
        let mut speed = Speed::default();
        assert_eq!(speed.per_second(start), 0.0);
        for tenth in 0..=100 {
            speed.count(at(tenth), 1_000);
        }
        assert!((speed.per_second(at(100)) - 10_000.0).abs() < 1.0);
        for tenth in 101..=200 {
            speed.count(at(tenth), 5_000);
        }
        assert!((speed.per_second(at(200)) - 50_000.0).abs() < 1.0);
        assert!(speed.counts.len() < 60);
    }

    #[test]
    fn a_stall_slows_it_to_nothing() {
        let start = Instant::now();
        let mut speed = Speed::default();
        speed.count(start, 100_000);
        assert_eq!(speed.per_second(start + Duration::from_millis(100)), 0.0);
        for second in 1..20 {
            speed.count(start + Duration::from_secs(second), 0);
        }
        assert_eq!(speed.per_second(start + Duration::from_secs(20)), 0.0);
    }
}

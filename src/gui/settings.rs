//! What the window remembers between launches.

use std::path::{Path, PathBuf};

use eframe::{Storage, egui::ThemePreference};
use serde::{Deserialize, Serialize};

use super::tile::Tiles;

const KEY: &str = "layerwise";
const MAX_RECENT: usize = 10;

/// Settings of the window and what lay in the editor.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: ThemePreference,
    pub zoom: f32,
    /// Files opened or saved last, the newest first.
    pub recent: Vec<PathBuf>,
    pub show_network: bool,
    pub show_settings: bool,
    pub show_log: bool,
    pub keep_records: bool,
    /// Where records of runs go; none for the user's data folder.
    pub records: Option<PathBuf>,
    #[serde(skip)]
    pub tiles: Tiles,
    /// The tiles as JSON, so that a tile unknown to this version loses the layout alone.
    layout: String,
    /// The experiment in the editor, as TOML; empty on the first launch.
    pub experiment: String,
    /// The same as it was saved last.
    pub saved: String,
    pub path: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemePreference::System,
            zoom: 1.0,
            recent: Vec::new(),
            show_network: true,
            show_settings: true,
            show_log: true,
            keep_records: true,
            records: None,
            tiles: Tiles::default(),
            layout: String::new(),
            experiment: String::new(),
            saved: String::new(),
            path: None,
        }
    }
}

impl Settings {
    /// What was stored, or fresh settings; with a sentence where something could not be read.
    pub fn load(storage: &dyn Storage) -> (Self, Option<String>) {
        match storage.get_string(KEY) {
            Some(text) => Self::parse(&text),
            None => (Self::default(), None),
        }
    }

    fn parse(text: &str) -> (Self, Option<String>) {
        let mut settings: Self = match serde_json::from_str(text) {
            Ok(settings) => settings,
            Err(error) => {
                return (
                    Self::default(),
                    Some(format!(
                        "The window's settings could not be read and start fresh: {error}"
                    )),
                );
            }
        };
        if !(0.5..=4.0).contains(&settings.zoom) {
            settings.zoom = 1.0;
        }
        if settings.layout.is_empty() {
            return (settings, None);
        }
        match serde_json::from_str(&settings.layout) {
            Ok(tiles) => {
                settings.tiles = tiles;
                (settings, None)
            }
            Err(error) => (
                settings,
                Some(format!(
                    "The layout could not be read and starts fresh: {error}"
                )),
            ),
        }
    }

    /// Hands everything to the storage.
    ///
    /// # Errors
    /// Where something cannot be written as JSON.
    pub fn store(&mut self, storage: &mut dyn Storage) -> Result<(), serde_json::Error> {
        self.layout = serde_json::to_string(&self.tiles)?;
        storage.set_string(KEY, serde_json::to_string(self)?);
        Ok(())
    }

    /// Puts a file at the top of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.recent.retain(|other| *other != path);
        self.recent.insert(0, path);
        self.recent.truncate(MAX_RECENT);
    }

    /// The folder that records of runs go to, where they are kept.
    ///
    /// # Errors
    /// Where the system names no folder for the user's data.
    pub fn records_root(&self) -> Result<PathBuf, String> {
        if let Some(folder) = &self.records {
            return Ok(folder.clone());
        }
        directories::ProjectDirs::from("", "", "layerwise")
            .map(|dirs| dirs.data_dir().join("runs"))
            .ok_or_else(|| {
                "This system names no folder for your data: choose one under Records".to_owned()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_settings_start_fresh_and_say_so() {
        let (settings, message) = Settings::parse("{\"zoom\": \"big\"}");
        assert_eq!(settings.zoom, 1.0);
        assert!(message.unwrap().contains("start fresh"));
    }

    #[test]
    fn a_broken_layout_keeps_the_rest() {
        let (settings, message) = Settings::parse("{\"zoom\": 2.0, \"layout\": \"nonsense\"}");
        assert_eq!(settings.zoom, 2.0);
        assert!(message.unwrap().contains("layout"));
    }

    #[test]
    fn recent_files_are_few_and_each_once() {
        let mut settings = Settings::default();
        for number in 0..20 {
            settings.remember(Path::new(&format!("/a/{number}.toml")));
        }
        settings.remember(Path::new("/a/15.toml"));
        assert_eq!(settings.recent.len(), MAX_RECENT);
        assert_eq!(settings.recent.first().unwrap(), Path::new("/a/15.toml"));
        let again = settings
            .recent
            .iter()
            .filter(|path| path.ends_with("15.toml"));
        assert_eq!(again.count(), 1);
    }
}

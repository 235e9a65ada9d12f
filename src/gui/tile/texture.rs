//! A texture that is only made again when what it shows has changed.

use eframe::egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};

/// Holds a texture with the key of what it shows.
pub struct CachedTexture<Key> {
    held: Option<(Key, TextureHandle)>,
}

impl<Key> Default for CachedTexture<Key> {
    fn default() -> Self {
        Self { held: None }
    }
}

impl<Key: PartialEq> CachedTexture<Key> {
    /// The texture of `key`, drawn by `draw` where the key is new.
    pub fn get(
        &mut self,
        context: &Context,
        key: Key,
        options: TextureOptions,
        draw: impl FnOnce() -> ColorImage,
    ) -> TextureId {
        match &mut self.held {
            Some((held, texture)) => {
                if *held != key {
                    texture.set(draw(), options);
                    *held = key;
                }
                texture.id()
            }
            None => {
                let texture = context.load_texture("tile", draw(), options);
                let id = texture.id();
                self.held = Some((key, texture));
                id
            }
        }
    }
}

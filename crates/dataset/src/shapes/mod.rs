//! Drawn RGB images of shapes. Place, size and direction are random. With up to ten classes
//! colours are random too, so that only the shape tells the class; more classes are told apart by
//! the colour of the shape, then by that of the background.

mod hue;
mod outline;

use std::f64::consts::TAU;

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Normal};
use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point, Rect,
    Shader, SpreadMode, Transform,
};

use super::{
    error::CANCELLED,
    progress::{Loading, Progress},
    source::{Part, Store},
};
use hue::{Hue, Rgb};
use outline::Figure;

/// Radius of the circle around a shape, relative to the side of the image.
const RADII: std::ops::Range<f64> = 0.25..0.4375;
/// Colours from which the one that stands out most from the background is chosen.
const CANDIDATES: usize = 32;
/// Images between two reports of progress.
const AT_ONCE: usize = 64;

/// Names of so many classes.
pub(super) fn classes(count: usize) -> Vec<String> {
    let figures = Figure::ALL.len();
    (0..count)
        .map(|class| {
            let figure = Figure::ALL
                .get(class % figures)
                .map_or("", |figure| figure.title());
            match Colours::of(class, count) {
                Colours::Random => figure.to_owned(),
                Colours::Shape(hue) => format!("{figure}, {}", hue.title()),
                Colours::Both(hue, ground) => {
                    format!("{figure}, {} on {}", hue.title(), ground.title())
                }
            }
        })
        .collect()
}

/// What of the colours the class decides.
enum Colours {
    Random,
    /// The shape's.
    Shape(Hue),
    /// The shape's and the background's.
    Both(Hue, Hue),
}

impl Colours {
    fn of(class: usize, classes: usize) -> Self {
        let figures = Figure::ALL.len();
        let hue = Hue::at(class / figures);
        if classes <= figures {
            Self::Random
        } else if classes <= figures * Hue::COUNT {
            Self::Shape(hue)
        } else {
            Self::Both(hue, Hue::at(class / figures / Hue::COUNT))
        }
    }
}

/// `count` images of `side`×`side` pixels, each of the `classes` as often as the others to within
/// one. `noise` is added to every value, of which 1 is the largest.
pub(super) fn samples(
    count: usize,
    side: usize,
    classes: usize,
    noise: Normal<f64>,
    rng: &mut impl Rng,
    progress: Progress<'_>,
) -> Result<Part, String> {
    let failed = || "The shapes cannot be drawn: choose other data".to_owned();
    let mut pixels = Vec::with_capacity(3 * side * side * count);
    let mut labels = Vec::with_capacity(count);
    let mut image = u32::try_from(side)
        .ok()
        .and_then(|side| Pixmap::new(side, side))
        .ok_or_else(failed)?;
    for (done, class) in (0..classes).cycle().take(count).enumerate() {
        let goes_on = !done.is_multiple_of(AT_ONCE)
            || progress(Loading {
                what: "Drawing",
                done: done as u64,
                total: count as u64,
            });
        if !goes_on {
            return Err(CANCELLED.to_owned());
        }
        draw(&mut image, class, classes, rng).ok_or_else(failed)?;
        for channel in 0..3 {
            pixels.extend(image.data().chunks_exact(4).map(|pixel| {
                let value = f64::from(pixel.get(channel).copied().unwrap_or(0));
                (value + 255.0 * noise.sample(rng))
                    .round()
                    .clamp(0.0, 255.0) as u8
            }));
        }
        labels.push(class as u32);
    }
    let store = Store::Bytes(pixels);
    Ok(Part { store, labels })
}

/// Paints one shape on a fresh background over the whole image.
fn draw(image: &mut Pixmap, class: usize, classes: usize, rng: &mut impl Rng) -> Option<()> {
    let figure = *Figure::ALL.get(class % Figure::ALL.len())?;
    let colours = Colours::of(class, classes);
    let side = image.width() as f32;
    let (background, stops) = background(side, &colours, rng)?;
    let paint = Paint {
        shader: background,
        ..Paint::default()
    };
    let all = Rect::from_xywh(0.0, 0.0, side, side)?;
    image.fill_rect(all, &paint, Transform::identity(), None);

    let front = match &colours {
        Colours::Random => foreground(stops, rng),
        Colours::Shape(hue) | Colours::Both(hue, _) => hue.bright(),
    };
    let paint = Paint {
        shader: Shader::SolidColor(colour(front)?),
        ..Paint::default()
    };
    let path = place(figure, f64::from(side), rng)?;
    image.fill_path(
        &path,
        &paint,
        FillRule::EvenOdd,
        Transform::identity(),
        None,
    );
    Some(())
}

/// A gradient across the image in a random direction, and the colours of its ends.
fn background(
    side: f32,
    colours: &Colours,
    rng: &mut impl Rng,
) -> Option<(Shader<'static>, [Rgb; 2])> {
    let first: Rgb = rng.random();
    let other: Rgb = rng.random();
    let ends = [first, mix(first, other)];
    let [first, last] = match colours {
        Colours::Random => ends,
        // Dark greys, so that every bright colour stands out.
        Colours::Shape(_) => ends.map(|[value, _, _]| [0.35 * value; 3]),
        Colours::Both(_, ground) => ends.map(|[value, _, _]| ground.dark(value)),
    };
    let centre = f64::from(side) / 2.0;
    let (sin, cos) = rng.random_range(0.0..TAU).sin_cos();
    let at = |way: f64| Point::from_xy((centre + way * cos) as f32, (centre + way * sin) as f32);
    let shader = LinearGradient::new(
        at(-centre),
        at(centre),
        vec![
            GradientStop::new(0.0, colour(first)?),
            GradientStop::new(1.0, colour(last)?),
        ],
        SpreadMode::Pad,
        Transform::identity(),
    )?;
    Some((shader, [first, last]))
}

/// A random colour that stands out from the whole gradient.
fn foreground([first, last]: [Rgb; 2], rng: &mut impl Rng) -> Rgb {
    let mut best = Rgb::default();
    let mut most = -1.0;
    for _ in 0..CANDIDATES {
        let candidate: Rgb = rng.random();
        let contrast = [first, mix(first, last), last]
            .into_iter()
            .fold(f32::INFINITY, |least, ground| {
                least.min(difference(candidate, ground))
            });
        if contrast > most {
            most = contrast;
            best = candidate;
        }
    }
    best
}

/// The outline of a shape, turned, scaled and moved at random within the image.
fn place(figure: Figure, side: f64, rng: &mut impl Rng) -> Option<Path> {
    let radius = side * rng.random_range(RADII);
    let (sin, cos) = rng.random_range(0.0..TAU).sin_cos();
    let mut centre = || rng.random_range(radius..=side - radius);
    let (centre_x, centre_y) = (centre(), centre());
    let mut path = PathBuilder::new();
    for polygon in figure.outline() {
        let mut points = polygon.into_iter().map(|(x, y)| {
            (
                (centre_x + radius * (x * cos - y * sin)) as f32,
                (centre_y + radius * (x * sin + y * cos)) as f32,
            )
        });
        let (x, y) = points.next()?;
        path.move_to(x, y);
        points.for_each(|(x, y)| path.line_to(x, y));
        path.close();
    }
    path.finish()
}

fn colour([red, green, blue]: Rgb) -> Option<Color> {
    Color::from_rgba(red, green, blue, 1.0)
}

/// The colour halfway between two.
fn mix([r, g, b]: Rgb, [other_r, other_g, other_b]: Rgb) -> Rgb {
    [
        (r + other_r) / 2.0,
        (g + other_g) / 2.0,
        (b + other_b) / 2.0,
    ]
}

/// How far apart two colours look, from 0 to 1: each channel counts as it does for brightness.
fn difference([r, g, b]: Rgb, [other_r, other_g, other_b]: Rgb) -> f32 {
    (0.299 * (r - other_r).powi(2) + 0.587 * (g - other_g).powi(2) + 0.114 * (b - other_b).powi(2))
        .sqrt()
}

#[cfg(test)]
mod tests;

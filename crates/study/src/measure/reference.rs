//! The reference of measures, `docs/measures.md`.

use super::{Better, Measure, Of, Scale, Source};

/// Where a measure is told of, with words that stand above those told of there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Step,
    Truth,
    Evaluation,
    Isolation,
    Inspection,
}

impl Told {
    const ALL: [Self; 5] = [
        Self::Step,
        Self::Truth,
        Self::Evaluation,
        Self::Isolation,
        Self::Inspection,
    ];

    /// Where its first source lies. One that is recorded names that source first.
    fn of(measure: Measure) -> Option<Self> {
        Some(match measure.sources().first()? {
            Source::Step(_) => Self::Step,
            Source::Truth(_) => Self::Truth,
            Source::Evaluation(_) | Source::Separability(_) | Source::SeparabilityMatrix(_) => {
                Self::Evaluation
            }
            Source::Isolation(_) => Self::Isolation,
            Source::Module(_) | Source::Boundary(_) | Source::Update(_) => Self::Inspection,
        })
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Step => "Every step",
            Self::Truth => "Compared with the truth",
            Self::Evaluation => "On the test samples",
            Self::Isolation => "Isolation",
            Self::Inspection => "Step inspector",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Step => {
                "Told of the batch of each step; those of boundaries every `measure.alignment_every` steps."
            }
            Self::Truth => {
                "Told every `measure.truth_every` steps: what global BP from the last module's loss would do to the same network, on at most 64 training samples."
            }
            Self::Evaluation => {
                "Told every `measure.evaluate_every` epochs. The measures of neural collapse are those of Papyan, Han & Donoho (2020): f is what the head of a module sees, μ_c the mean of class c, μ that of all samples, Σ_W and Σ_B the covariances within and between classes, W the matrix of the head and M that of the centred class means."
            }
            Self::Isolation => "Told after the first step and when it is asked for.",
            Self::Inspection => {
                "Told of one sample i of the next step, and of how each module would be moved (arXiv 2406.05222). Under global BP the loss L_k is the last module's, L_K. Not in records."
            }
        }
    }
}

/// The key in records: the line of `metrics.jsonl` and the path in it.
fn path(measure: Measure) -> Option<String> {
    let key = measure.key();
    match measure.sources().first()? {
        Source::Step(_) => Some(format!("`step`: `{key}`")),
        Source::Truth(_) => Some(format!("`truth`: `{key}`")),
        Source::Evaluation(_) => Some(format!("`evaluation`: `{key}`")),
        Source::Separability(_) | Source::SeparabilityMatrix(_) => {
            Some(format!("`evaluation`: `separability.{key}`"))
        }
        Source::Isolation(_) => Some(format!("`isolation`: `{key}`")),
        Source::Module(_) | Source::Boundary(_) | Source::Update(_) => None,
    }
}

fn of(measure: Measure) -> &'static str {
    match measure.of() {
        Of::Module => "module",
        Of::Boundary => "boundary",
        Of::LossAndModule => "loss and module",
        Of::Classes => "two classes",
    }
}

fn axis(measure: Measure) -> &'static str {
    match measure.scale() {
        Scale::Linear => "linear",
        Scale::Log => "logarithmic",
        Scale::Share => "percent",
    }
}

fn better(measure: Measure) -> String {
    match measure.better() {
        Better::Higher => "higher".to_owned(),
        Better::Lower => "lower".to_owned(),
        Better::Towards(value) => format!("near {value}"),
        Better::Neither => "–".to_owned(),
    }
}

fn row(measure: Measure, recorded: bool) -> String {
    let mut cells = vec![
        measure.title().to_owned(),
        format!("`{}`", measure.formula()),
        of(measure).to_owned(),
        axis(measure).to_owned(),
        better(measure),
        measure.explanation().to_owned(),
    ];
    if recorded {
        cells.push(path(measure).unwrap_or_default());
    }
    // A bar would end the cell.
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The whole page.
pub fn page() -> String {
    let mut page = String::from(
        "# Measures\n\n\
         Made from the descriptions in `crates/study/src/measure`, from which charts, tables, hints and the \
         step inspector take their words and formulas too; a test says when this page is stale.\n\n\
         In formulas `_` stands before what is set low, k is the number of a module from 1 (of a boundary, of \
         the module behind it), K that of the last one, i that of a sample, B the samples of a batch and N those \
         of the test; δout is the gradient with which a module's own loss moves its output, δin the one that the \
         next module asks for at its input, v = δin − δout, and lengths are Euclidean. “Axis” is how a measure is \
         drawn unless a person chooses otherwise.\n",
    );
    for told in Told::ALL {
        let recorded = told != Told::Inspection;
        let last = if recorded { " In records |" } else { "" };
        let rule = if recorded { "---|" } else { "" };
        page.push_str(&format!(
            "\n## {}\n\n{}\n\n| Measure | Formula | Of each | Axis | Better | What it is |{last}\n|---|---|---|---|---|---|{rule}\n",
            told.heading(),
            told.sentence()
        ));
        let measures = Measure::ALL.iter().copied();
        let shown = measures.filter(|measure| Told::of(*measure) == Some(told));
        page.extend(shown.map(|measure| row(measure, recorded)));
    }
    page
}

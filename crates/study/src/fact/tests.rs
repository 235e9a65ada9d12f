use super::*;
use crate::{Changed, ModuleEvaluation, Separability, Target};

fn text(fact: &Fact) -> String {
    String::from_utf8(fact.to_line().unwrap()).unwrap()
}

#[test]
fn lines_are_as_records_have_them() {
    let lambda = Changed::Lambda {
        target: Target::Module(3),
        lambda: 0.5,
    };
    let learning_rate = Changed::LearningRate {
        learning_rate: 0.01,
    };
    let facts = [
        Fact::Step(StepRecord {
            step: 3,
            epoch: 0.25,
            learning_rate: 0.05,
            loss: vec![1.5, f32::NAN],
            accuracy: vec![0.1, 0.2],
            lambda: vec![0.1],
            reconciliation: vec![f32::NAN],
            cosine: vec![1e-20],
            relative_distance: vec![1.0],
            norm_ratio: vec![2.0],
        }),
        Fact::Evaluation(Evaluation {
            step: 4,
            epoch: 1.0,
            classes: 2,
            modules: vec![ModuleEvaluation {
                number: 1,
                test_loss: Some(0.5),
                test_accuracy: None,
                worse_than_guessing: false,
                separability: Separability {
                    class_mean_cosine: vec![1.0],
                    ..Separability::default()
                },
            }],
        }),
        Fact::Isolation(Isolation {
            step: 1,
            samples: 8,
            broken: false,
            losses: vec![1],
            norms: vec![vec![0.5]],
        }),
        Fact::Truth(Truth {
            step: 3,
            epoch: 0.25,
            parameter_cosine: vec![1.0],
            ..Truth::default()
        }),
        Fact::Warning {
            step: Some(0),
            module: None,
            message: "Mind it".to_owned(),
        },
        Fact::Changed(Change {
            step: 5,
            what: lambda,
        }),
        Fact::Changed(Change {
            step: 6,
            what: learning_rate,
        }),
    ];
    let expected = [
        r#"{"type":"step","step":3,"epoch":0.25,"learning_rate":0.05,"loss":[1.5,null],"accuracy":[0.1,0.2],"lambda":[0.1],"reconciliation":[null],"cosine":[1e-20],"relative_distance":[1.0],"norm_ratio":[2.0]}"#,
        r#"{"type":"evaluation","step":4,"epoch":1.0,"classes":2,"modules":[{"number":1,"test_loss":0.5,"test_accuracy":null,"worse_than_guessing":false,"separability":{"nc1":0.0,"equinorm":0.0,"equiangularity":0.0,"self_duality":null,"class_mean_disagreement":null,"class_mean_accuracy":0.0,"class_mean_cosine":[1.0]}}]}"#,
        r#"{"type":"isolation","step":1,"samples":8,"broken":false,"losses":[1],"norms":[[0.5]]}"#,
        r#"{"type":"truth","step":3,"epoch":0.25,"parameter_cosine":[1.0],"boundary_cosine":[],"loss_change":[],"predicted_change":[]}"#,
        r#"{"type":"warning","step":0,"module":null,"message":"Mind it"}"#,
        r#"{"step":5,"type":"lambda","target":{"module":3},"lambda":0.5}"#,
        r#"{"step":6,"type":"learning-rate","learning_rate":0.01}"#,
    ];
    for (fact, expected) in facts.iter().zip(expected) {
        assert!(fact.is_recorded());
        assert_eq!(text(fact), format!("{expected}\n"));
        let again = Fact::of_line(expected.as_bytes()).unwrap();
        assert_eq!(again.step(), fact.step());
        assert_eq!(text(&again), text(fact), "NaN comes back too");
    }
}

#[test]
fn what_is_not_recorded_comes_back_too() {
    let facts = [
        Fact::Inspection(Inspection {
            step: 2,
            modules: vec![crate::InspectedModule {
                input_norm: f64::NAN,
                ..crate::InspectedModule::default()
            }],
            ..Inspection::default()
        }),
        Fact::Note {
            message: "Training".to_owned(),
        },
        Fact::Warning {
            step: None,
            module: Some(2),
            message: "Mind it".to_owned(),
        },
        Fact::Ended {
            phase: Phase::FirstStep,
            message: None,
            summary: Some(Box::new(Summary {
                module_test_loss: vec![f32::NAN],
                ..Summary::default()
            })),
        },
    ];
    for fact in facts {
        assert!(!fact.is_recorded());
        let again = Fact::of_line(text(&fact).as_bytes()).unwrap();
        assert_eq!(text(&again), text(&fact));
    }
}

#[test]
fn lines_that_are_cut_off_or_not_known_are_no_facts() {
    for line in [
        "",
        "{",
        r#"{"type":"step","step":3"#,
        r#"{"type":"news","step":3}"#,
    ] {
        assert_eq!(Fact::of_line(line.as_bytes()), None, "{line}");
    }
}

//! The data sets that can be downloaded, with what is published about their files.

use std::path::PathBuf;

/// A data set that is published on the web.
#[derive(Debug, PartialEq, Eq)]
pub struct Download {
    /// Short name, which also names its folder.
    pub name: &'static str,
    /// Name that people know.
    pub title: &'static str,
    /// Page with links to the files, for a download by hand.
    pub page: &'static str,
    /// Terms of use, as the publishers state them.
    pub licence: &'static str,
    /// Who made it.
    pub credit: &'static str,
    /// Its files, kept as they come: nothing is unpacked.
    pub files: &'static [File],
}

/// A file of a published data set.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// Name under which it is kept.
    pub name: &'static str,
    /// Where it lies, the best place first.
    pub urls: &'static [&'static str],
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the whole file: 64 lower-case hexadecimal digits.
    pub sha256: &'static str,
}

impl Download {
    /// Length of all files together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.files
            .iter()
            .fold(0, |sum, file| sum.saturating_add(file.bytes))
    }

    /// The folder that the files go to where no other is chosen; None where the system names no
    /// folder for the user's data.
    pub fn default_dir(&self) -> Option<PathBuf> {
        directories::ProjectDirs::from("", "", "layerwise")
            .map(|dirs| dirs.data_dir().join("datasets").join(self.name))
    }
}

/// Every data set that can be downloaded.
pub static DOWNLOADS: [Download; 4] = [
    Download {
        name: "mnist",
        title: "MNIST",
        page: "https://github.com/cvdfoundation/mnist",
        licence: "CC BY-SA 3.0",
        credit: "Yann LeCun, Corinna Cortes and Christopher J. C. Burges, from images of NIST",
        files: &[
            File {
                name: "train-images-idx3-ubyte.gz",
                urls: &[
                    "https://storage.googleapis.com/cvdf-datasets/mnist/train-images-idx3-ubyte.gz",
                    "https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz",
                ],
                bytes: 9_912_422,
                sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            },
            File {
                name: "train-labels-idx1-ubyte.gz",
                urls: &[
                    "https://storage.googleapis.com/cvdf-datasets/mnist/train-labels-idx1-ubyte.gz",
                    "https://ossci-datasets.s3.amazonaws.com/mnist/train-labels-idx1-ubyte.gz",
                ],
                bytes: 28_881,
                sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            },
            File {
                name: "t10k-images-idx3-ubyte.gz",
                urls: &[
                    "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-images-idx3-ubyte.gz",
                    "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz",
                ],
                bytes: 1_648_877,
                sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            },
            File {
                name: "t10k-labels-idx1-ubyte.gz",
                urls: &[
                    "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz",
                    "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz",
                ],
                bytes: 4_542,
                sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            },
        ],
    },
    Download {
        name: "fashion-mnist",
        title: "Fashion-MNIST",
        page: "https://github.com/zalandoresearch/fashion-mnist",
        licence: "MIT",
        credit: "Han Xiao, Kashif Rasul and Roland Vollgraf; © 2017 Zalando SE",
        files: &[
            File {
                name: "train-images-idx3-ubyte.gz",
                urls: &[
                    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/train-images-idx3-ubyte.gz",
                    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz",
                ],
                bytes: 26_421_880,
                sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            },
            File {
                name: "train-labels-idx1-ubyte.gz",
                urls: &[
                    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/train-labels-idx1-ubyte.gz",
                    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-labels-idx1-ubyte.gz",
                ],
                bytes: 29_515,
                sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            },
            File {
                name: "t10k-images-idx3-ubyte.gz",
                urls: &[
                    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/t10k-images-idx3-ubyte.gz",
                    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-images-idx3-ubyte.gz",
                ],
                bytes: 4_422_102,
                sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            },
            File {
                name: "t10k-labels-idx1-ubyte.gz",
                urls: &[
                    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/t10k-labels-idx1-ubyte.gz",
                    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-labels-idx1-ubyte.gz",
                ],
                bytes: 5_148,
                sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            },
        ],
    },
    Download {
        name: "cifar10",
        title: "CIFAR-10",
        page: "https://www.cs.toronto.edu/~kriz/cifar.html",
        licence: "No licence is stated; the author asks for his report to be cited",
        credit: "Alex Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009",
        files: &[File {
            name: "cifar-10-binary.tar.gz",
            urls: &["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
            bytes: 170_052_171,
            sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        }],
    },
    Download {
        name: "cifar100",
        title: "CIFAR-100",
        page: "https://www.cs.toronto.edu/~kriz/cifar.html",
        licence: "No licence is stated; the author asks for his report to be cited",
        credit: "Alex Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009",
        files: &[File {
            name: "cifar-100-binary.tar.gz",
            urls: &["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
            bytes: 168_513_733,
            sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        }],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_whole() {
        for download in &DOWNLOADS {
            assert!(download.page.starts_with("https://"), "{}", download.name);
            for file in download.files {
                assert!(
                    file.sha256.len() == 64
                        && file
                            .sha256
                            .bytes()
                            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
                    "{}",
                    file.name
                );
                assert!(file.bytes > 0 && !file.urls.is_empty());
                for url in file.urls {
                    assert!(url.ends_with(&format!("/{}", file.name)), "{url}");
                }
            }
        }
        assert_eq!(DOWNLOADS[0].bytes(), 11_594_722);
    }

    #[test]
    fn each_data_set_has_a_folder_of_its_own() {
        let dirs: std::collections::HashSet<_> =
            DOWNLOADS.iter().map(Download::default_dir).collect();
        assert_eq!(dirs.len(), DOWNLOADS.len());
        let dir = DOWNLOADS[1].default_dir().unwrap();
        assert!(dir.ends_with("datasets/fashion-mnist"));
    }
}

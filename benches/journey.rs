//! Cost of a letter from file to product: the program on one scan and on a stack, start and end included.
#![allow(missing_docs)]

mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use std::process::{Command, Stdio};

fn journeys(c: &mut Criterion) {
    let mut group = c.benchmark_group("process");
    group.sample_size(10);
    for name in ["allgemein/004-hundesteuer.jpg", "rechnungen/stapel.tif"] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let out = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
                let mut command = Command::new(env!("CARGO_BIN_EXE_poststelle"));
                command.arg("process").arg("--out").arg(out.path()).arg(sample::path(name));
                command.current_dir(env!("CARGO_MANIFEST_DIR")).stdout(Stdio::null()).stderr(Stdio::null());
                let status = command.status().unwrap_or_else(|e| panic!("{e}"));
                assert!(status.success(), "{name}: {status}");
            })
        });
    }
    group.finish();
}

criterion_group!(benches, journeys);
criterion_main!(benches);

//! Resumes: what the built-in extractor finds, beside the truth, and what reading costs.
//!
//! The folder that `PARLEY_RESUMES` names holds PDFs and a `truth.json` that says for each what stands in it. Two tables:
//! with all words, and with one person left out at a time, which means without the words that only this person's schools,
//! firms and titles need.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use parley_domain::resume::{Found, ResumeFields};
use parley_domain::text;
use parley_services::resumes::document::{Answer, Document};
use parley_services::resumes::{fields, read, words};
use serde_json::Value;

/// The argument with which this program reads fields without some words, see [`without_words`].
pub const WITHOUT_WORDS: &str = "resumes-without-words";

/// One file and what stands in it.
struct Resume {
    path: PathBuf,
    truth: Value,
}

impl Resume {
    fn text(&self, key: &str) -> Option<&str> {
        self.truth[key].as_str()
    }

    fn list(&self, key: &str) -> Vec<&str> {
        self.truth[key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    fn person(&self) -> String {
        self.text("email").unwrap_or_default().to_owned()
    }
}

/// Prints all figures, or says that there is nothing to measure.
pub fn measure(binary: &Path) -> Result<()> {
    let Some(folder) = std::env::var_os("PARLEY_RESUMES").map(PathBuf::from) else {
        println!("resumes: not measured: PARLEY_RESUMES names no folder");
        return Ok(());
    };
    if !folder.join("truth.json").is_file() {
        println!("resumes: not measured: no truth.json in {}", folder.display());
        return Ok(());
    }
    let resumes = load(&folder)?;
    println!("resumes: {} readable files of {}", resumes.len(), folder.display());
    let first = answers(binary, &resumes, &[])?;
    let second = answers(binary, &resumes, &[read::SECOND_ALONE])?;
    readers(&resumes, &first, &second);
    let found: Vec<ResumeFields> = first
        .iter()
        .map(|document| document.as_ref().map(fields::extract).unwrap_or_default())
        .collect();
    table("all words", &resumes, &found);
    table("one person left out at a time", &resumes, &left_out(&resumes, &first)?);
    speed(binary, &resumes, &first)?;
    memory(binary, &folder)
}

fn load(folder: &Path) -> Result<Vec<Resume>> {
    let truth: BTreeMap<String, Value> = serde_json::from_reader(File::open(folder.join("truth.json"))?)?;
    let readable = truth.into_iter().filter(|(_, truth)| truth["expect"] == "text");
    Ok(readable
        .map(|(name, truth)| Resume {
            path: folder.join(name),
            truth,
        })
        .collect())
}

/// What the child says of a file.
fn run(binary: &Path, path: &Path, arguments: &[&str]) -> Result<Option<Document>> {
    let output = Command::new(binary)
        .arg(read::SUBCOMMAND)
        .args(arguments)
        .stdin(File::open(path)?)
        .stderr(Stdio::null())
        .output()
        .with_context(|| format!("{} does not start", binary.display()))?;
    let lines = output.stdout.split(|byte| *byte == b'\n').rev();
    let answer = lines.filter_map(|line| serde_json::from_slice(line).ok()).next();
    Ok(match answer {
        Some(Answer::Read(document)) => Some(document),
        _ => None,
    })
}

fn answers(binary: &Path, resumes: &[Resume], arguments: &[&str]) -> Result<Vec<Option<Document>>> {
    resumes
        .iter()
        .map(|resume| run(binary, &resume.path, arguments))
        .collect()
}

/// Folded, with single spaces, for comparing.
fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| text::one_line(&text.to_lowercase());
    plain(a) == plain(b)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// How many values of the truth stand word for word in the text of each reader.
fn readers(resumes: &[Resume], first: &[Option<Document>], second: &[Option<Document>]) {
    println!("  text, values of the truth that stand in it");
    for (name, documents) in [("pdf_oxide, own lines", first), ("pdf-extract, own lines", second)] {
        let (mut right, mut all, mut failed) = (0, 0, 0);
        for (resume, document) in resumes.iter().zip(documents) {
            failed += usize::from(document.is_none());
            let lists = ["schools", "employers", "positions"]
                .into_iter()
                .flat_map(|key| resume.list(key));
            let single = ["name", "email", "phone"]
                .into_iter()
                .filter_map(|key| resume.text(key));
            for value in single.chain(lists) {
                all += 1;
                right += usize::from(document.as_ref().is_some_and(|document| document.find(value).is_some()));
            }
        }
        println!(
            "    {name:24} {right:4} of {all}  {:5.1} %  {failed} files not read",
            percent(right, all)
        );
    }
}

fn percent(part: usize, all: usize) -> f64 {
    100.0 * part as f64 / all.max(1) as f64
}

/// Values that are right, given, and wanted.
#[derive(Default)]
struct Score {
    right: usize,
    given: usize,
    wanted: usize,
}

impl Score {
    fn one(&mut self, given: Option<&Found>, wanted: Option<&str>, equal: impl Fn(&str, &str) -> bool) {
        self.given += usize::from(given.is_some());
        self.wanted += usize::from(wanted.is_some());
        self.right +=
            usize::from(matches!((given, wanted), (Some(given), Some(wanted)) if equal(&given.value, wanted)));
    }

    fn many<'a>(&mut self, given: impl Iterator<Item = &'a Found>, wanted: &[&str]) {
        let given: Vec<&Found> = given.collect();
        self.given += given.len();
        self.wanted += wanted.len();
        self.right += wanted
            .iter()
            .filter(|wanted| given.iter().any(|given| same(&given.value, wanted)))
            .count();
    }
}

fn table(title: &str, resumes: &[Resume], found: &[ResumeFields]) {
    let names = ["name", "email", "phone", "school", "employer", "title"];
    let mut scores: [Score; 6] = Default::default();
    for (resume, fields) in resumes.iter().zip(found) {
        scores[0].one(fields.name.as_ref(), resume.text("name"), same);
        scores[1].one(fields.email.as_ref(), resume.text("email"), same);
        scores[2].one(fields.phone.as_ref(), resume.text("phone"), |a, b| {
            digits(a) == digits(b)
        });
        scores[3].many(
            fields.studies.iter().filter_map(|study| study.school.as_ref()),
            &resume.list("schools"),
        );
        scores[4].many(
            fields.jobs.iter().filter_map(|job| job.employer.as_ref()),
            &resume.list("employers"),
        );
        scores[5].many(
            fields.jobs.iter().filter_map(|job| job.title.as_ref()),
            &resume.list("positions"),
        );
    }
    println!("  fields, {title:32} precision            recall");
    for (name, score) in names.iter().zip(scores) {
        let Score { right, given, wanted } = score;
        println!(
            "    {name:24} {right:4} of {given:4}  {:5.1} %   {right:4} of {wanted:4}  {:5.1} %",
            percent(right, given),
            percent(right, wanted)
        );
    }
}

/// The words of all lists that a person's own values hold.
fn words_of(resume: &Resume) -> BTreeSet<String> {
    let lists = [&words::SCHOOL, &words::DEGREE, &words::TITLE, &words::FIRM];
    let values = ["schools", "degrees", "employers", "positions"]
        .into_iter()
        .flat_map(|key| resume.list(key));
    values
        .flat_map(|value| lists.iter().flat_map(move |list| list.all_in(value)))
        .collect()
}

/// Fields of each person's files, read without the words that nobody else's values hold.
fn left_out(resumes: &[Resume], documents: &[Option<Document>]) -> Result<Vec<ResumeFields>> {
    let mut people: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, resume) in resumes.iter().enumerate() {
        people.entry(resume.person()).or_default().push(number);
    }
    let mut found = vec![ResumeFields::default(); resumes.len()];
    for (person, files) in &people {
        let others: BTreeSet<String> = resumes
            .iter()
            .filter(|resume| resume.person() != *person)
            .flat_map(words_of)
            .collect();
        let own: BTreeSet<String> = files.iter().flat_map(|number| words_of(&resumes[*number])).collect();
        let only_theirs: Vec<&String> = own.difference(&others).collect();
        let read: Vec<&Option<Document>> = files.iter().map(|number| &documents[*number]).collect();
        let input = serde_json::to_vec(&(only_theirs, read))?;
        let mut file = tempfile::tempfile()?;
        std::io::Write::write_all(&mut file, &input)?;
        std::io::Seek::rewind(&mut file)?;
        let output = Command::new(std::env::current_exe()?)
            .arg(WITHOUT_WORDS)
            .stdin(file)
            .output()?;
        ensure!(output.status.success(), "reading without words failed");
        let fields: Vec<ResumeFields> = serde_json::from_slice(&output.stdout)?;
        for (number, fields) in files.iter().zip(fields) {
            found[*number] = fields;
        }
    }
    Ok(found)
}

/// Another process of this program: words are taken from the lists before their first use, so there is one for each person.
pub fn without_words() -> Result<()> {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let (left_out, documents): (HashSet<String>, Vec<Option<Document>>) = serde_json::from_slice(&input)?;
    if !words::leave_out(left_out) {
        bail!("the words are in use already");
    }
    let found: Vec<ResumeFields> = documents
        .iter()
        .map(|document| document.as_ref().map(fields::extract).unwrap_or_default())
        .collect();
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Two children at a time over all files, with and without the extractor behind them.
fn speed(binary: &Path, resumes: &[Resume], documents: &[Option<Document>]) -> Result<()> {
    let pass = |whole: bool| -> Result<f64> {
        let start = Instant::now();
        std::thread::scope(|scope| {
            let halves = resumes.chunks(resumes.len().div_ceil(2));
            let work = halves.map(|half| {
                scope.spawn(move || -> Result<()> {
                    for resume in half {
                        let document = run(binary, &resume.path, &[])?;
                        if whole {
                            let _ = document.as_ref().map(fields::extract);
                        }
                    }
                    Ok(())
                })
            });
            let work: Vec<_> = work.collect();
            work.into_iter().try_for_each(|thread| {
                thread
                    .join()
                    .map_err(|_panic| anyhow::anyhow!("a reader thread panicked"))?
            })
        })?;
        Ok(resumes.len() as f64 / start.elapsed().as_secs_f64())
    };
    pass(true)?;
    let (bare, whole) = (pass(false)?, pass(true)?);
    let mut times = Vec::new();
    for document in documents.iter().flatten() {
        let start = Instant::now();
        let _ = std::hint::black_box(fields::extract(document));
        times.push(start.elapsed());
    }
    println!(
        "  speed {whole:8.1} resumes/s whole, {bare:.1}/s text alone (ratio {:.2}), two at a time   (aim: at least 20/s)",
        whole / bare
    );
    println!(
        "  extractor {:6.2} ms median   (aim: under 5)",
        median(times).as_secs_f64() * 1000.0
    );
    Ok(())
}

/// The most memory that a child held, over every file of the folder, those that are made to break it included.
fn memory(binary: &Path, folder: &Path) -> Result<()> {
    let mut most = (0, String::new());
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "pdf") {
            continue;
        }
        let mut child = Command::new(binary)
            .arg(read::SUBCOMMAND)
            .stdin(File::open(&path)?)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let status = format!("/proc/{}/status", child.id());
        while child.try_wait()?.is_none() {
            let peak = std::fs::read_to_string(&status).unwrap_or_default();
            let peak = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(digits);
            let peak = peak.and_then(|digits| digits.parse::<u64>().ok()).unwrap_or_default();
            if peak > most.0 {
                most = (
                    peak,
                    path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                );
            }
        }
    }
    println!(
        "  child memory {:.0} MB at most ({}); its address space is capped at 512 MiB",
        most.0 as f64 / 1024.0,
        most.1
    );
    Ok(())
}

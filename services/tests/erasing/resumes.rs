//! What was read of their resume.

use crate::{
    common::TestBed,
    on_both_databases, pdf,
    support::{gone_for_good, nothing_of, read_batch},
    tables::here,
};
use parley_domain::{
    account::Role,
    batch::{BatchState, Corrections, ResumeBatch},
    id::BatchId,
    paging::PageRequest,
    resume::ResumeField,
};
use parley_services::{Services, entity::file, resumes::batch, tokens};
use sea_orm::{EntityTrait, PaginatorTrait};

on_both_databases!(nothing_of_a_resume_is_left,);

async fn rename(s: &Services, bed: &TestBed, of: &ResumeBatch, at: usize, name: &str) {
    let changes = Corrections::from([(ResumeField::Name, Some(name.to_owned()))]);
    batch::correct(s, &bed.owner, of.id, of.files[at].id, changes)
        .await
        .unwrap();
}

async fn nothing_of_a_resume_is_left(bed: TestBed) {
    let s = here(&bed);
    for in_time in [false, true] {
        let interview = bed.interview(1, |_| {}).await;
        let zebulon = pdf::resume("Zebulon Quagga", "zebulon@quagga.example");
        let ben = pdf::resume("Ben Doe", "ben@x.example");
        let files = [
            ("Zebulon_Quagga_CV.pdf", zebulon.clone()),
            ("Copy of Zebulon.pdf", zebulon.clone()),
            ("ben.pdf", ben),
        ];
        let open = read_batch(&s, &bed, interview, &files).await;
        // Ben waits for a name, so the batch stays open and keeps its files.
        rename(&s, &bed, &open, 2, " ").await;
        rename(&s, &bed, &open, 0, "Zebulon Q. Quagga").await;
        let added = batch::add(&s, &bed.owner, open.id, None).await.unwrap();
        assert_eq!((added.state, added.counts.added), (BatchState::Ready, 1));
        let id = added.files[0].candidate_id.unwrap();
        // The same resume once more, and the batch is given up.
        let left = read_batch(&s, &bed, interview, &[("Quagga again.pdf", zebulon)]).await;
        batch::cancel(&s, &bed.owner, left.id).await.unwrap();

        let page = PageRequest::default();
        let entries = tokens::entries(&s, &bed.owner, &page).await.unwrap().items;
        let notes: Vec<_> = entries.iter().filter_map(|entry| entry.note.as_deref()).collect();
        assert!(notes.contains(&"Resume 1 of a batch"), "{notes:?}");
        assert!(notes.iter().all(|note| !note.contains("pdf")), "{notes:?}");

        gone_for_good(&bed, &[id], in_time).await;
        nothing_of(&bed, &["zebulon", "quagga"]).await;
        let seen = async |id: BatchId| batch::get(&s, &bed.member(Role::Viewer), id).await.unwrap();
        let now = seen(open.id).await;
        assert_eq!(now.counts, added.counts, "the batch is accounted for as before");
        assert_eq!(
            (now.files[0].name.as_str(), now.files[0].size),
            ("(erased)", open.files[0].size)
        );
        assert_eq!(now.files[0].reason_code.as_deref(), Some("erased"));
        assert!(now.files[0].fields.is_empty() && now.files[0].jobs.is_empty());
        assert_eq!(seen(left.id).await.files[0].name, "(erased)");
        if !in_time {
            assert_eq!(
                file::Entity::find().count(s.db.read()).await.unwrap(),
                1,
                "Ben's is left"
            );
        }
        // The rest of the batch goes on.
        rename(&s, &bed, &open, 2, "Ben Doe").await;
        let done = batch::add(&s, &bed.owner, open.id, None).await.unwrap();
        assert_eq!((done.state, done.counts.added), (BatchState::Done, 2));
    }
}

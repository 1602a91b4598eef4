//! Reads input as each of the documents of a store. What is read must be written to be the same,
//! and no key or number of it may lead out of the store.
#![no_main]

use libfuzzer_sys::fuzz_target;
use staticc::publish::claim_document::{Claim, claim_key};
use staticc::publish::current_release::CurrentRelease;
use staticc::publish::release_document::{
    ReleaseDocument, created_in, has_name, number_of, release_key, release_name,
};

fuzz_target!(|data: &[u8]| {
    if let Ok(release) = ReleaseDocument::read(data) {
        let json = release.to_json();
        assert_eq!(ReleaseDocument::read(&json).as_ref(), Ok(&release));
        let name = release_name(release.number, &release.created, &json);
        assert!(has_name(&name, &json));
        assert_eq!(number_of(&name), Some(release.number));
        let _ = created_in(&name);
        assert!(!claim_key(release.number + 1, 1).is_empty());
    }
    if let Ok(current) = CurrentRelease::read(data) {
        assert_eq!(
            CurrentRelease::read(&current.to_json()).as_ref(),
            Ok(&current)
        );
        let key = release_key(&current.release);
        assert_eq!(key.matches('/').count(), 2, "{key}");
        assert!(!key.contains(".."), "{key}");
        assert!(!claim_key(current.number + 1, 1).is_empty());
    }
    if let Ok(claim) = Claim::read(data) {
        assert_eq!(Claim::read(&claim.to_json()).as_ref(), Ok(&claim));
    }
});

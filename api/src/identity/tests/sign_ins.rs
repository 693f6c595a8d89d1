use super::fixture::{Fixture, PASSWORD, day, sign_in, signing};
use crate::identity::{Identity, IdentitySettings, Users};
use platform::{Code, clock::Clock};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn a_right_password_answers_a_token_that_enters() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    let session = sign_in(&identity, "tw".into(), PASSWORD.into()).await.unwrap();
    let signed_in = identity.authenticate(Some(&format!("Bearer {}", session.token)), None).await.unwrap().unwrap();
    assert_eq!(signed_in.actor.login, "tw");
    assert_eq!(signed_in.token_expires_at, session.expires_at);
    assert_eq!(session.assignments.len(), 1);
    let minutes = (session.expires_at.0 - Clock::wall().0) / 60_000_000;
    assert!((14..=15).contains(&minutes), "{minutes}");
}

#[tokio::test]
async fn every_failure_to_sign_in_is_the_same_and_takes_the_same_work() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    let start = Instant::now();
    let _ = sign_in(&identity, "tw".into(), "wrong".into()).await;
    let wrong = start.elapsed();
    for (login, password) in [
        ("tw", "wrong"),
        ("tw", ""),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        // Has no password of its own.
        ("two", PASSWORD),
        ("two", ""),
    ] {
        let start = Instant::now();
        let code = sign_in(&identity, login.into(), password.into()).await.unwrap_err().code();
        assert_eq!(code, Code::SignInFailed, "{login}");
        assert!(start.elapsed() > wrong / 4, "{login} took {:?}, a wrong password {wrong:?}", start.elapsed());
    }
    assert!(wrong > Duration::from_millis(1));
}

#[tokio::test]
async fn one_login_is_tried_only_so_often() {
    let fixture = Fixture::new().await;
    let users = Users::over(fixture.db.reader.clone(), || day("2018-10-19"));
    let settings = IdentitySettings { sign_ins_per_minute: 2, ..fixture.settings() };
    let identity = Identity::open(settings, Some(&signing()), users).unwrap();
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(sign_in(&identity, "tw".into(), "wrong".into()).await.unwrap_err().code());
    }
    assert_eq!(codes, [Code::SignInFailed, Code::SignInFailed, Code::RateLimited]);
    assert_eq!(sign_in(&identity, "tw".into(), PASSWORD.into()).await.unwrap_err().code(), Code::RateLimited);
    assert_eq!(sign_in(&identity, "idle".into(), PASSWORD.into()).await.unwrap().assignments.len(), 0);
}

//! The posts of a town and its district: one account for each role, unit and place.

use super::read;
use crate::identity::hash_password;
use anyhow::Result;
use entity::{At, Day, assignment, enums::UnitLevel, user_account};
use platform::{Tx, clock::Clock};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

const POSTS: &str = include_str!("../../../data/posts.csv");
/// Password of every demo account.
pub(in crate::cli) const DEMO_PASSWORD: &str = "onedoor-demo";
/// First day of every assignment.
const FROM: &str = "2014-05-01";

/// One post.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::cli) struct Post {
    /// Sign-in name.
    pub login: String,
    /// What it is called.
    pub name_zh: String,
    /// Role code.
    pub role: String,
    /// Unit code.
    pub unit: String,
    /// Level of the unit.
    pub level: UnitLevel,
    /// Root of the area.
    pub jurisdiction: String,
}

/// How the accounts are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Posts {
    /// With the demo's password.
    Demo,
    /// Without a password; a token comes from the operator only.
    Bare,
}

/// Every post, in the order of the table.
pub(in crate::cli) fn posts() -> Result<Vec<Post>> {
    read("posts.csv", POSTS)
}

/// The posts as the playground of a demo offers them, and the password of them all.
pub(in crate::cli) fn demo_page() -> Result<String> {
    let users: Vec<_> = posts()?
        .into_iter()
        .map(|post| {
            json!({
                "login": post.login,
                "name": post.name_zh,
                "role": post.role,
                "unit": post.unit,
                "level": post.level,
                "jurisdiction": post.jurisdiction,
            })
        })
        .collect();
    Ok(json!({ "password": DEMO_PASSWORD, "users": users }).to_string())
}

/// Whether the store has no account yet.
pub(super) async fn lacking<C: ConnectionTrait>(conn: &C) -> Result<bool> {
    Ok(user_account::Entity::find().count(conn).await? == 0)
}

/// Makes the accounts.
pub(super) async fn load(tx: &Tx<'_>, kind: Posts) -> Result<()> {
    let password_hash = match kind {
        // One hash for all: sixty would cost the first start three seconds, and the password is no secret.
        Posts::Demo => Some(hash_password(DEMO_PASSWORD)?),
        Posts::Bare => None,
    };
    let created_at = Clock::wall();
    let from_on: Day = FROM.parse()?;
    for post in posts()? {
        let user = user(&post, kind, password_hash.clone(), created_at);
        let assignment = assignment::Model {
            id: Uuid::now_v7(),
            user_id: user.id,
            role: post.role,
            unit: post.unit,
            level: post.level,
            jurisdiction: post.jurisdiction,
            from_on,
            to_on: None,
            granted_by: None,
            version: 1,
        };
        tx.record(user.id, user).await?;
        tx.record(assignment.id, assignment).await?;
    }
    Ok(())
}

fn user(post: &Post, kind: Posts, password_hash: Option<String>, created_at: At) -> user_account::Model {
    user_account::Model {
        id: Uuid::now_v7(),
        login: post.login.clone(),
        // A post's subject can never be met by a name that an outside issuer gives to somebody.
        subject: match kind {
            Posts::Demo => post.login.clone(),
            Posts::Bare => format!("onedoor:post:{}", post.login),
        },
        name_zh: post.name_zh.clone(),
        password_hash,
        person_id: None,
        jurisdiction: post.jurisdiction.clone(),
        disabled_at: None,
        created_at,
        version: 1,
    }
}

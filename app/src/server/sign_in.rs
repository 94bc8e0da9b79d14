//! Signs in with a broker's account or a Keystone's.

use client::Credentials;

use super::context::{AppContext, context, redirect, viewer_address};
use super::session::{Form, SignedIn, begin, reason};
use super::{given_name, keystone};
use crate::error::AppError;
use crate::{percent, routes};

/// Signs in, and redirects to `next` or back to the form.
pub(crate) async fn sign_in(form: Form, next: Option<&str>) -> Result<(), AppError> {
    let context = context()?;
    // What the form is to hold when it comes back. Not the name: see `given_name`.
    let again = [("domain", &form.domain), ("project", &form.project)].map(|(name, value)| {
        let value = value.as_deref().filter(|value| !value.is_empty());
        value.map_or_else(String::new, |value| {
            format!("&{name}={}", percent::encode(value))
        })
    });
    let name = form.user.clone();
    let signed_in = if context.keystone.is_some() {
        keystone::sign_in(&context, form).await
    } else {
        at_brokers(&context, form).await
    };
    let target = match signed_in {
        Ok(signed_in) => {
            begin(signed_in).await?;
            given_name::forget();
            routes::checked_next(next).to_owned()
        }
        Err(reason) => {
            given_name::keep(&name);
            routes::sign_in(next, Some(&reason)) + &again.concat()
        }
    };
    redirect(&target);
    Ok(())
}

/// Signs in at the embedded identity.
async fn at_brokers(context: &AppContext, form: Form) -> Result<SignedIn, routes::SignInReason> {
    let Form { user, password, .. } = form;
    let credentials = Credentials::new(&*user, password).forwarded_for(viewer_address().await);
    let signed_in = context.client.sign_in(&credentials).await;
    let signed_in = signed_in.map_err(|error| reason(&error))?;
    Ok(SignedIn {
        token: signed_in.token.expose().to_owned(),
        account: signed_in.account.user.id,
        user,
        keystone: None,
    })
}

//! Second factors: codes by text message and e-mail.

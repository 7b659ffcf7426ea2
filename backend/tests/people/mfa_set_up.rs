//! Second factors where they are required: `MFA_SETUP`.

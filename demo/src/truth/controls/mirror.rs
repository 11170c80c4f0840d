//! Controls about the mirror of artifacts (CI/CL-001 §16, §23).

use domain::control::ControlStatus;

use crate::truth::controls::verdicts::Verdicts;

/// The organization mirrors nothing, and whoever looks at it is told of no bucket: nobody can say whether there is one.
pub(crate) fn settle(verdicts: &mut Verdicts) {
    for control in ["cicl-16.2", "cicl-16.3", "cicl-23.3"] {
        verdicts.put_where_none(control, ControlStatus::NoEvidence);
    }
}

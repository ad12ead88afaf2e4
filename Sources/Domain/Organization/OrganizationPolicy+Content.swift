extension OrganizationPolicy {
    /// Refuses a document that is no service control policy. It names nobody, as the policy of an identity does: it stands over all of an account.
    ///
    /// - Throws: `Fault` `MalformedPolicyDocumentException`, or `ConstraintViolationException` for one that is too long.
    package func checkContent() throws {
        guard content.utf8.count <= OrganizationLimits.policyBytes else {
            throw Fault.constraint(
                "POLICY_CONTENT_LIMIT_EXCEEDED",
                "You have exceeded the maximum policy size: \(OrganizationLimits.policyBytes) bytes."
            )
        }
        do throws(Fault) {
            _ = try PolicyDocument.identity(parsing: content, needsVariables: true)
        } catch {
            let text = "The provided policy document does not meet the requirements of the specified policy type."
            throw Fault(.malformedPolicyDocument, "\(text) \(error.message)")
        }
    }
}

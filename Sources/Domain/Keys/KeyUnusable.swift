/// A key cannot do what it was asked for. It names the key, so that whoever holds a snapshot can say which key stands in the way.
package struct KeyUnusable: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case notFound
        case disabled
        case pendingDeletion
        case notPendingDeletion
        case wrongUsage(KeyUsage, operation: String)
        /// The reference names another Region.
        case otherRegion(Region)
        /// The key belongs to another account, or its policy does not let the caller do this.
        case denied(operation: String, principal: String)
    }

    /// The ARN of the key, or of the alias that leads nowhere.
    package let arn: String
    package let reason: Reason

    package init(_ arn: String, _ reason: Reason) {
        self.arn = arn
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .notFound: arn.contains(":alias/") ? "Alias \(arn) is not found." : "Key '\(arn)' does not exist"
        case .disabled: "\(arn) is disabled."
        case .pendingDeletion: "\(arn) is pending deletion."
        case .notPendingDeletion: "\(arn) is not pending deletion."
        case .wrongUsage(let usage, let operation): "\(arn) key usage is \(usage.rawValue) which is not valid for \(operation)."
        case .otherRegion(let region): "Invalid arn \(region)"
        case .denied(let operation, let principal):
            "User: \(principal) is not authorized to perform: kms:\(operation) on resource: \(arn)"
        }
    }

    /// As KMS answers it.
    package var fault: Fault {
        let code: FaultCode =
            switch reason {
            case .notFound, .otherRegion: .notFound
            case .disabled: .disabled
            case .pendingDeletion, .notPendingDeletion: .kmsInvalidState
            case .wrongUsage: .invalidKeyUsage
            case .denied: .accessDeniedException
            }
        return Fault(code, description, cause: self)
    }
}

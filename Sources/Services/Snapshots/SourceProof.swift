import Domain

/// What a caller has shown of its right to read the source of a CopySnapshot: the `PresignedUrl`, verified before it comes here.
///
/// EC2 wants one where an encrypted snapshot leaves its Region (the service model of CopySnapshot); elsewhere it is not looked at.
package enum SourceProof: Hashable, Sendable {
    case missing
    case valid
    /// Why it proves nothing.
    case invalid(String)

    func check(copying source: Snapshot, from region: Region, into destination: Region) throws {
        guard source.encryption != nil, region != destination else { return }
        switch self {
        case .valid: return
        case .missing:
            throw Fault(
                .missingParameter,
                "The request must contain the parameter PresignedUrl, because \(source.id) is encrypted and leaves \(region)"
            )
        case .invalid(let reason):
            throw Fault(.invalidParameterValue, "The parameter PresignedUrl is not valid: \(reason)")
        }
    }
}

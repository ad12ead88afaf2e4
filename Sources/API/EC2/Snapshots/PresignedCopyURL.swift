import Domain
import Foundation
import Services
import Wire

/// The `PresignedUrl` of a CopySnapshot: a CopySnapshot signed for the source Region, by which a caller shows that it may read there.
///
/// It may point anywhere and is never fetched: the signature is recomputed for the host as it stands in the URL
/// (docs/behaviour/copying-snapshots.md, "PresignedUrl").
struct PresignedCopyURL {
    /// Go's SDK says no life.
    private static let lifeDefault = 3600

    let text: String
    let sourceRegion: String
    let sourceSnapshotID: String

    func verify(for call: Call) async throws -> SourceProof {
        do {
            let request = try signable()
            guard let claim = try SignatureClaim(request: request, presignedExpiryDefault: Self.lifeDefault), claim.isPresigned else {
                return .invalid("it carries no signature")
            }
            guard claim.scope.service == "ec2", claim.scope.region == sourceRegion else {
                return .invalid("it is signed for \(claim.scope.service) in \(claim.scope.region), expected ec2 in \(sourceRegion)")
            }
            let key = try await call.deployment.key(claim.accessKeyID, sessionToken: claim.sessionToken)
            guard let key, key.principal.account == call.account else { return .invalid("it is not signed with a key of the caller") }
            try claim.verify(request: request, secretAccessKey: key.secret, payload: .empty, now: call.now)
            return try content(request.target.query, call)
        } catch let error as SignatureError {
            return .invalid("\(error)")
        } catch let error as SessionRefusal {
            return .invalid("\(error)")
        } catch let error as RequestError {
            return .invalid(error.message)
        }
    }

    /// Another call's URL proves nothing of this one.
    private func content(_ query: RequestQuery, _ call: Call) throws(RequestError) -> SourceProof {
        let query = try QueryReader(query: query)
        for (name, expected) in [
            ("Action", "CopySnapshot"), ("SourceRegion", sourceRegion), ("SourceSnapshotId", sourceSnapshotID),
            ("DestinationRegion", call.region.rawValue),
        ] {
            let value: String? = try query[name]
            guard value == expected else { return .invalid("its \(name) is '\((value ?? "").prefix(128))', expected '\(expected)'") }
        }
        return .valid
    }

    private func signable() throws(RequestError) -> SignableRequest {
        guard let scheme = text.range(of: "://"), ["http", "https"].contains(text[..<scheme.lowerBound].lowercased()) else {
            throw .malformed("it is no http URL")
        }
        let parts = text[scheme.upperBound...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].firstIndex(of: "/") ?? parts[0].endIndex
        let host = String(parts[0][..<path])
        guard !host.isEmpty, parts.count == 2 else { throw .malformed("it has no host or no parameters") }
        return SignableRequest(
            method: "GET",
            target: try RequestTarget(path: String(parts[0][path...]), query: String(parts[1])),
            headers: [(name: "host", value: host)]
        )
    }
}

import Foundation

/// The policy of a bucket: kept as it was sent, once it has been found to be one.
package enum BucketPolicy {
    package static let bytesMax = 20 << 10

    /// - Throws: `Fault` `MalformedPolicy` for anything but a policy document of at most 20 KiB.
    package static func check(_ document: [UInt8]) throws(Fault) {
        guard document.count <= bytesMax else { throw malformed("it may have \(bytesMax) bytes, not \(document.count)") }
        guard let policy = try? JSONDecoder().decode(PolicyDocument.self, from: Data(document)) else {
            throw malformed("it is no JSON document of the policy language")
        }
        guard !policy.statements.values.isEmpty, policy.statements.values.allSatisfy(\.isWellFormed) else {
            throw malformed("each statement needs a principal, an action and a resource")
        }
    }

    /// Whether a policy that has been checked lets in everybody.
    package static func isPublic(_ document: [UInt8]) -> Bool {
        guard let policy = try? JSONDecoder().decode(PolicyDocument.self, from: Data(document)) else { return false }
        return policy.statements.values.contains(where: \.isPublic)
    }

    private static func malformed(_ reason: String) -> Fault {
        Fault(FaultCode(rawValue: "MalformedPolicy"), "This policy contains invalid Json or does not follow the policy language: \(reason)")
    }
}

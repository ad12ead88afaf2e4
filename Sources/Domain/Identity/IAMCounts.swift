/// How much an account has of what IAM keeps.
package struct IAMCounts: Hashable, Sendable {
    package var identities: [IAMIdentity.Kind: Int] = [:]
    package var policies = 0
    package var policyVersions = 0
    package var providers = 0
    package var rootKeys = 0
    package var rootCertificates = 0

    package init() {}
}

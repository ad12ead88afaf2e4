import Foundation

/// A KMS key without its material: what it is for, whose it is, and the state that decides whether it can be used.
package struct KMSKey: Hashable, Sendable {
    /// The days between a key's last use and its deletion.
    package static let deletionDaysAllowed = 7...30
    package static let deletionDaysDefault = 30

    package let id: KeyID
    package let account: AccountID
    package let region: Region
    package var description: String
    package let usage: KeyUsage
    package let spec: KeySpec
    package let manager: KeyManager
    package let createdAt: Date
    package var state: KeyState
    package var deletionAt: Date?
    package var rotation: KeyRotation?
    /// Which of its materials a key encrypts with: 1 for the first. Older ones still decrypt.
    package var materialNumber: Int
    package var policy: String
    /// Whom that names; nil where nobody has looked.
    package var policyIDs: PrincipalIDs?

    package init(
        id: KeyID = .random(),
        account: AccountID,
        region: Region,
        description: String = "",
        usage: KeyUsage = .encryptDecrypt,
        spec: KeySpec = .symmetric,
        manager: KeyManager = .customer,
        createdAt: Date,
        state: KeyState = .enabled,
        deletionAt: Date? = nil,
        rotation: KeyRotation? = nil,
        materialNumber: Int = 1,
        policy: String,
        policyIDs: PrincipalIDs? = nil
    ) {
        self.id = id
        self.account = account
        self.region = region
        self.description = description
        self.usage = usage
        self.spec = spec
        self.manager = manager
        self.createdAt = createdAt
        self.state = state
        self.deletionAt = deletionAt
        self.rotation = rotation
        self.materialNumber = materialNumber
        self.policy = policy
        self.policyIDs = policyIDs
    }

    package var arn: String { KeyARN(region: region, account: account, resource: .key(id)).description }
}

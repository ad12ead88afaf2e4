/// One action on one resource, as policies are asked about it.
package struct AccessRequest: Sendable {
    /// As policies name it: `ec2:CopyImage`.
    package let action: String
    /// An ARN, or `*` for what is done to no resource in particular.
    package let resource: String
    package let context: ConditionContext
    /// What S3 calls the caller's account, where policies may call it so.
    package var canonicalUserID: String?

    let name: ActionName
    let resourceBytes: ArraySlice<UInt8>

    package init(action: String, resource: String, context: ConditionContext) {
        self.action = action
        self.resource = resource
        self.context = context
        name = ActionName(action)
        resourceBytes = Array(resource.utf8)[...]
    }

    package var caller: Caller { context.caller }
}

/// An action in small letters: policies do not tell them from capital ones.
struct ActionName: Hashable, Sendable {
    /// What stands before the colon.
    let service: String
    let name: String
    let bytes: [UInt8]
    let nameBytes: ArraySlice<UInt8>

    init(_ action: String) {
        let action = action.lowercased()
        bytes = Array(action.utf8)
        let colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        nameBytes = bytes[colon...].dropFirst()
        service = String(decoding: bytes[..<colon], as: UTF8.self)
        name = String(decoding: nameBytes, as: UTF8.self)
    }
}

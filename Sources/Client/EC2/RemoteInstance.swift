import Wire

/// An instance as a server tells about it.
package struct RemoteInstance: Hashable, Sendable {
    package var id: String
    /// `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`.
    package var state: String
    package var stateReason: String?
    package var type: String
    package var imageID: String
    package var keyName: String?
    package var privateAddress: String?
    package var publicAddress: String?
    /// ISO 8601, as sent.
    package var launchTime: String
    package var tags: [ResourceTag]

    package var name: String? { tags.first { $0.key == "Name" }?.value }

    /// Where SSH is, if a security group opens it: where a server may not listen on 22, a tag says.
    package var sshPort: Int { tags.first { $0.key == "ferry:ssh-port" }.flatMap { Int($0.value) } ?? 22 }

    init(_ node: XMLNode) {
        func text(_ name: String) -> String? { node[name].map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
        id = text("instanceId") ?? ""
        state = node["instanceState"]?["name"]?.text ?? ""
        stateReason = node["stateReason"]?["message"]?.text
        type = text("instanceType") ?? ""
        imageID = text("imageId") ?? ""
        keyName = text("keyName")
        privateAddress = text("privateIpAddress")
        publicAddress = text("ipAddress")
        launchTime = text("launchTime") ?? ""
        tags = ResourceTag.list(in: node["tagSet"])
    }
}

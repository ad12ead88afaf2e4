import Client

/// What several commands want to know of instances.
extension Session {
    /// The instances of some Regions, in the order of their launches.
    func instances(in regions: [String]) async throws -> [(region: String, instance: RemoteInstance)] {
        var found: [(region: String, instance: RemoteInstance)] = []
        for region in regions {
            let instances = try await doing("listing the instances of \(region)") { try await client.instances(region: region) }
            found += instances.map { (region, $0) }
        }
        return found.sorted { ($0.instance.launchTime, $0.instance.id) < ($1.instance.launchTime, $1.instance.id) }
    }

    /// Waits until an instance is in one of some states.
    ///
    /// - Parameter dead: states from which it does not come there any more.
    func wait(for id: String, toBe state: String, unless dead: Set<String>) async throws -> RemoteInstance {
        var pace = pace
        while true {
            let instance = try await client.instance(id, region: region)
            if instance.state == state { return instance }
            guard !dead.contains(instance.state) else {
                throw Refusal("the instance is \(instance.state): \(instance.stateReason ?? "the server gave no reason")")
            }
            try await pace.wait()
        }
    }
}

/// An instance in the JSON of `ferry run` and `ferry instances`.
struct ListedInstance: Encodable {
    var instanceId: String
    var state: String
    var stateReason: String?
    var name: String?
    var type: String
    var imageId: String
    var region: String
    var publicAddress: String?
    var privateAddress: String?
    var sshPort: Int
    var launchTime: String
    var tags: [String: String]

    init(_ instance: RemoteInstance, region: String) {
        instanceId = instance.id
        state = instance.state
        stateReason = instance.stateReason
        name = instance.name
        type = instance.type
        imageId = instance.imageID
        self.region = region
        publicAddress = instance.publicAddress
        privateAddress = instance.privateAddress
        sshPort = instance.sshPort
        launchTime = instance.launchTime
        tags = Dictionary(instance.tags.map { ($0.key, $0.value) }) { _, last in last }
    }
}

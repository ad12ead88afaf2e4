import Wire

extension AWSClient {
    /// The caller's own images of a Region, optionally only those of one name.
    package func ownImages(named name: String? = nil, region: String) async throws -> [RemoteImage] {
        try await ownImages(filter: name.map { ("name", $0) }, region: region)
    }

    /// The caller's own images that were registered from a manifest.
    package func ownImages(registeredFrom manifest: ObjectPlace, region: String) async throws -> [RemoteImage] {
        try await ownImages(filter: ("manifest-location", manifest.location), region: region)
    }

    /// Page after page until all are there.
    private func ownImages(filter: (name: String, value: String)?, region: String) async throws -> [RemoteImage] {
        var parameters = [("Owner.1", "self"), Self.disabledToo]
        if let filter {
            parameters += [("Filter.1.Name", filter.name), ("Filter.1.Value.1", Self.literalFilter(filter.value))]
        }
        var images: [RemoteImage] = []
        var token: String?
        repeat {
            let page = parameters + [("MaxResults", "1000")] + (token.map { [("NextToken", $0)] } ?? [])
            let answer = try await ec2("DescribeImages", page, region: region)
            images += (answer["imagesSet"]?.children("item") ?? []).map(RemoteImage.init)
            token = answer["nextToken"].map(\.text).flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return images
    }

    /// An owner wants to know of an image that is out of use: it has its name and its snapshots still.
    private static let disabledToo = ("IncludeDisabled", "true")

    /// The image, or nil when the Region answers without it: EC2 leaves out images that were deregistered not long ago.
    ///
    /// - Throws: ``AWSError`` `InvalidAMIID.NotFound` for an id that the Region never saw.
    package func image(_ id: String, region: String) async throws -> RemoteImage? {
        let answer = try await ec2("DescribeImages", [("ImageId.1", id), Self.disabledToo], region: region)
        return answer["imagesSet"]?.children("item").first.map(RemoteImage.init)
    }

    /// A filter value in which `*` and `?` stand for themselves.
    static func literalFilter(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if "*?\\".contains(character) { text.append("\\") }
            text.append(character)
        }
    }
}

/// How the metadata service of an instance may be asked (docs/behaviour/instances.md, "Metadata options").
package struct MetadataOptions: Hashable, Sendable {
    package static let hops = 1...64

    package var isEnabled: Bool
    /// Whether calls without a token are refused.
    package var requiresToken: Bool
    package var hopLimit: Int
    package var showsTags: Bool

    package init(isEnabled: Bool = true, requiresToken: Bool = false, hopLimit: Int = 1, showsTags: Bool = false) {
        self.isEnabled = isEnabled
        self.requiresToken = requiresToken
        self.hopLimit = hopLimit
        self.showsTags = showsTags
    }

    /// The options in the words of the API.
    package var httpEndpoint: String { isEnabled ? "enabled" : "disabled" }
    package var httpTokens: String { requiresToken ? "required" : "optional" }
    package var instanceMetadataTags: String { showsTags ? "enabled" : "disabled" }
}

/// What a call says of them.
package struct MetadataOptionsRequest: Hashable, Sendable {
    package var isEnabled: Bool?
    package var requiresToken: Bool?
    package var hopLimit: Int?
    package var showsTags: Bool?

    package init(isEnabled: Bool? = nil, requiresToken: Bool? = nil, hopLimit: Int? = nil, showsTags: Bool? = nil) {
        self.isEnabled = isEnabled
        self.requiresToken = requiresToken
        self.hopLimit = hopLimit
        self.showsTags = showsTags
    }

    /// Those of a new instance. An image that says `ImdsSupport=v2.0` asks for tokens, and for a hop more for containers.
    package func new(for traits: MachineTraits) throws -> MetadataOptions {
        let asksForTokens = traits.imdsSupport == "v2.0"
        return try changed(MetadataOptions(requiresToken: asksForTokens, hopLimit: asksForTokens ? 2 : 1))
    }

    /// What they become of an instance that there is.
    ///
    /// - Throws: `Fault` `InvalidParameterValue`, also when tokens are asked for of a service that is off.
    package func changed(_ options: MetadataOptions) throws -> MetadataOptions {
        if let hopLimit, !MetadataOptions.hops.contains(hopLimit) {
            throw Fault(
                .invalidParameterValue,
                "Value (\(hopLimit)) for parameter HttpPutResponseHopLimit is invalid. From 1 to 64 are allowed."
            )
        }
        if isEnabled == false, requiresToken != nil || hopLimit != nil {
            throw Fault(.invalidParameterCombination, "HttpTokens and HttpPutResponseHopLimit cannot be used with HttpEndpoint disabled")
        }
        return MetadataOptions(
            isEnabled: isEnabled ?? options.isEnabled,
            requiresToken: requiresToken ?? options.requiresToken,
            hopLimit: hopLimit ?? options.hopLimit,
            showsTags: showsTags ?? options.showsTags
        )
    }
}

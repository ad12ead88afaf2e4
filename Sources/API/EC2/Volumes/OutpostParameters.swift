import Domain

/// What names a place outside of the Region. Ferry has none of them.
enum OutpostParameters {
    static let refusal = Fault(.unsupportedOperation, "OutpostArn is not supported: Ferry has no Outposts")

    /// - Parameter location: `regional`, when it is left out.
    static func refuse(_ outpost: String?, location: String? = nil) throws {
        guard outpost == nil else { throw refusal }
        switch location {
        case nil, "regional": return
        case "local": throw Fault(.unsupportedOperation, "Location=local is not supported: Ferry has no Local Zones")
        case let text?:
            throw Fault(.invalidParameterValue, "Invalid value '\(text.prefix(64))' for Location. Expecting one of: regional, local")
        }
    }
}

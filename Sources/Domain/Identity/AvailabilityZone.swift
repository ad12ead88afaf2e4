/// A zone of a Region, by name (`us-east-1a`) and by id (`use1-az1`).
package struct AvailabilityZone: RawRepresentable, Hashable, Sendable {
    package let region: Region
    package let name: String
    package let id: String

    package static func zones(of region: Region) -> [AvailabilityZone] {
        region.zoneNames.enumerated().map { index, name in
            AvailabilityZone(region: region, name: name, id: "\(shortName(of: region))-az\(index + 1)")
        }
    }

    package var rawValue: String { name }

    /// The zone of a name; nil when no Region has one of that name.
    package init?(rawValue name: String) {
        guard let region = Region(rawValue: String(name.dropLast())),
            let zone = Self.zones(of: region).first(where: { $0.name == name })
        else { return nil }
        self = zone
    }

    private init(region: Region, name: String, id: String) {
        self.region = region
        self.name = name
        self.id = id
    }

    package func texts(forFilter name: String) -> [String] {
        switch name {
        case "group-name", "region-name": [region.rawValue]
        case "opt-in-status": ["opt-in-not-required"]
        case "state": ["available"]
        case "zone-id": [id]
        case "zone-name": [self.name]
        case "zone-type": ["availability-zone"]
        default: []
        }
    }

    /// `use1` for us-east-1, `apse2` for ap-southeast-2: the first part, the compass letters, the number.
    private static func shortName(of region: Region) -> String {
        let parts = region.rawValue.split(separator: "-")
        return parts.enumerated().map { index, part in
            index == 0 || Int(part) != nil ? String(part) : compassLetters(of: String(part))
        }.joined()
    }

    private static func compassLetters(of word: String) -> String {
        for (prefix, letter) in [("north", "n"), ("south", "s")] where word.hasPrefix(prefix) && word.count > prefix.count {
            return letter + compassLetters(of: String(word.dropFirst(prefix.count)))
        }
        return String(word.prefix(1))
    }
}

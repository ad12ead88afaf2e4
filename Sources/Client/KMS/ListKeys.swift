extension AWSClient {
    /// The account's keys of a Region, page after page until all are there.
    package func keys(region: String) async throws -> [RemoteKey] {
        var keys: [RemoteKey] = []
        var marker: String?
        repeat {
            let page = try await kms("ListKeys", KeyPageInput(marker: marker), region: region, as: KeyPage.self)
            for entry in page.keys {
                keys.append(try await kms("DescribeKey", KeyInput(key: entry.id), region: region, as: DescribedKey.self).key)
            }
            marker = page.isTruncated == true ? page.nextMarker : nil
        } while marker != nil
        return keys
    }

    /// The names of the account's aliases in a Region, by the id of their key; those that lead to none are left out.
    package func aliases(region: String) async throws -> [String: [String]] {
        var names: [String: [String]] = [:]
        var marker: String?
        repeat {
            let page = try await kms("ListAliases", KeyPageInput(marker: marker), region: region, as: AliasPage.self)
            for alias in page.aliases { if let key = alias.key { names[key, default: []].append(alias.name) } }
            marker = page.isTruncated == true ? page.nextMarker : nil
        } while marker != nil
        return names
    }
}

private struct KeyInput: Encodable {
    var key: String

    enum CodingKeys: String, CodingKey {
        case key = "KeyId"
    }
}

private struct KeyPageInput: Encodable {
    var marker: String?

    enum CodingKeys: String, CodingKey {
        case marker = "Marker"
    }
}

private struct KeyPage: Decodable {
    struct Entry: Decodable {
        var id: String

        enum CodingKeys: String, CodingKey {
            case id = "KeyId"
        }
    }

    var keys: [Entry]
    var isTruncated: Bool?
    var nextMarker: String?

    enum CodingKeys: String, CodingKey {
        case keys = "Keys"
        case isTruncated = "Truncated"
        case nextMarker = "NextMarker"
    }
}

private struct AliasPage: Decodable {
    struct Entry: Decodable {
        var name: String
        var key: String?

        enum CodingKeys: String, CodingKey {
            case name = "AliasName"
            case key = "TargetKeyId"
        }
    }

    var aliases: [Entry]
    var isTruncated: Bool?
    var nextMarker: String?

    enum CodingKeys: String, CodingKey {
        case aliases = "Aliases"
        case isTruncated = "Truncated"
        case nextMarker = "NextMarker"
    }
}

private struct DescribedKey: Decodable {
    var key: RemoteKey

    enum CodingKeys: String, CodingKey {
        case key = "KeyMetadata"
    }
}

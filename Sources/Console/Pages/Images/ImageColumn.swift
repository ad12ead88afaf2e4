import Wire

/// A column of the list of images. Which are shown stands in the address, so that a list can be kept and sent with them.
enum ImageColumn: String, CaseIterable {
    case id, region, state, visibility, size, source, created, owner, description, architecture, boot, encryption, deprecation, launched,
        key

    static let usual: [ImageColumn] = [.id, .region, .state, .visibility, .size, .source, .created]

    var title: String {
        switch self {
        case .id: "AMI ID"
        case .region: "Region"
        case .state: "Status"
        case .visibility: "Visibility"
        case .size: "Size"
        case .source: "Source"
        case .created: "Creation date"
        case .owner: "Owner"
        case .description: "Description"
        case .architecture: "Architecture"
        case .boot: "Boot mode"
        case .encryption: "Encryption"
        case .deprecation: "Deprecation time"
        case .launched: "Last launched"
        case .key: "Name tag"
        }
    }

    /// Those that were chosen, in the order of the columns; the usual ones where none was.
    static func chosen(_ names: [String]) -> [ImageColumn] {
        let chosen = allCases.filter { names.contains($0.rawValue) }
        return chosen.isEmpty ? usual : chosen
    }

    /// As a query of an address.
    static func query(_ columns: [ImageColumn]) -> [(String, String)] {
        columns == usual ? [] : columns.map { ("column", $0.rawValue) }
    }

    /// - Parameter row: what `ImageOnPage.row` tells.
    func cell(of image: ImageOnPage, _ row: Values) -> Values {
        var cell: Values = [
            "text": nil, "id": nil, "state": nil, "source": nil, "time": nil, "isDeprecated": false, "isNarrow": false, "isWide": false,
        ]
        switch self {
        case .id: (cell["id"], cell["isNarrow"]) = (image.id, true)
        case .region: cell["text"] = image.region
        case .state: (cell["state"], cell["isDeprecated"]) = (row["state"], row["isDeprecated"])
        case .visibility: cell["text"] = row["visibility"]
        case .size: (cell["text"], cell["isNarrow"]) = (row["size"], true)
        case .source: cell["source"] = row["source"]
        case .created: (cell["time"], cell["isNarrow"]) = (row["created"], true)
        case .owner: cell["text"] = row["owner"]
        case .description: (cell["text"], cell["isWide"]) = (image.node.text("description"), true)
        case .architecture: cell["text"] = image.node.text("architecture")
        case .boot: cell["text"] = image.node.text("bootMode")
        case .encryption: cell["text"] = image.isEncrypted ? "Encrypted" : "Not encrypted"
        case .deprecation: (cell["time"], cell["isNarrow"]) = (Shown.time(image.node.text("deprecationTime")), true)
        case .launched: (cell["time"], cell["isNarrow"]) = (Shown.time(image.node.text("lastLaunchedTime")), true)
        case .key: cell["text"] = Shown.name(image.node)
        }
        return cell
    }
}

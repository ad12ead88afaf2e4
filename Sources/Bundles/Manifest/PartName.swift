/// The names of parts: `prefix.part.00`.
package enum PartName {
    /// Why a name may not be used, or nil. A part stands beside its manifest, so a name that leads anywhere else is refused.
    package static func problem(with name: String) -> String? {
        if name.isEmpty || name.utf8.count > 255 { return "it has \(name.utf8.count) bytes; 1 to 255 are allowed" }
        if name == "." || name == ".." || name.contains("/") { return "it leads elsewhere" }
        if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) { return "it has control characters" }
        return nil
    }

    /// - Parameter most: how many parts there can be at most: all names of a bundle have one length.
    static func make(prefix: String, index: Int, most: Int) -> String {
        let width = max(2, String(max(0, most - 1)).count)
        let digits = String(index)
        return "\(prefix).part.\(String(repeating: "0", count: max(0, width - digits.count)))\(digits)"
    }
}

import Files

/// A disk as qemu-img is told of it: which driver reads it, from which bytes of which file, and over which parent, if any: what was proven
/// whole is what is read.
struct ImageDescription {
    let text: String

    init(_ disk: DiskImage) { text = "json:" + Self.node(disk, over: disk.backing[...]) }

    /// A disk over those that show through it.
    private static func node(_ disk: DiskImage, over layers: ArraySlice<DiskImage>) -> String {
        var file = #"{"driver":"\#(disk.isDevice ? "host_device" : "file")","filename":\#(quoted(PathText.absolute(disk.path)))}"#
        if disk.offset != 0 { file = #"{"driver":"raw","offset":\#(disk.offset),"size":\#(disk.length),"file":\#(file)}"# }
        var options = #""driver":"\#(disk.format.driver ?? "raw")""#
        options += #","backing":\#(layers.first.map { node($0, over: layers.dropFirst()) } ?? "null")"#
        if let data = disk.dataFile { options += #","data-file":{"driver":"file","filename":\#(quoted(PathText.absolute(data)))}"# }
        // The size in the footer: ``VHDHeader``.
        if disk.format == .vhd { options += #","force_size_calc":"current_size""# }
        return #"{\#(options),"file":\#(file)}"#
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\0"..<" ": quoted += "\\u" + String(scalar.value + 0x1_0000, radix: 16).dropFirst()
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

import Foundation

/// A disk as qemu-img is told of it: which driver reads it, from which bytes of which file, and that it has no parent.
struct ImageDescription {
    let text: String

    init(_ disk: DiskImage) {
        var file = #"{"driver":"file","filename":\#(Self.quoted(Self.absolute(disk.path)))}"#
        if disk.offset != 0 { file = #"{"driver":"raw","offset":\#(disk.offset),"size":\#(disk.length),"file":\#(file)}"# }
        var options = #""driver":"\#(disk.format.driver ?? "raw")""#
        if !disk.mayRefer { options += #","backing":null"# }
        // The size in the footer: ``VHDHeader``.
        if disk.format == .vhd { options += #","force_size_calc":"current_size""# }
        text = #"json:{\#(options),"file":\#(file)}"#
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
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

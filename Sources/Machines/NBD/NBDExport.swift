/// A disk under a name, for NBD clients.
package struct NBDExport: Sendable {
    package let name: String
    package let disk: any GuestDisk
    package let isReadOnly: Bool

    package init(name: String, disk: any GuestDisk, isReadOnly: Bool = false) {
        self.name = name
        self.disk = disk
        self.isReadOnly = isReadOnly
    }

    /// Clients that name none get the only one there is.
    func isNamed(_ name: String) -> Bool { name.isEmpty || name == self.name }

    func flags(structured: Bool) -> NBD.ExportFlags {
        var flags: NBD.ExportFlags = [.hasFlags, .sendFlush, .sendFUA, .multiConnection]
        if isReadOnly { flags.insert(.readOnly) } else { flags.formUnion([.sendTrim, .sendWriteZeroes, .sendFastZero]) }
        if structured { flags.insert(.sendDF) }
        return flags
    }
}

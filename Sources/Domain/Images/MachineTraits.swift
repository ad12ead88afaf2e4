/// What an image says about the machine that it wants: carried unchanged into every copy.
package struct MachineTraits: Hashable, Sendable, Codable {
    package enum Architecture: String, Sendable, Codable {
        case i386
        case amd64 = "x86_64"
        case arm64
        case amd64Mac = "x86_64_mac"
        case arm64Mac = "arm64_mac"
    }

    package enum Virtualization: String, Sendable, Codable {
        case paravirtual, hvm
    }

    package enum BootMode: String, Sendable, Codable {
        case legacyBIOS = "legacy-bios"
        case uefi
        case uefiPreferred = "uefi-preferred"
    }

    package var architecture: Architecture
    package var virtualization: Virtualization
    package var kernelID: String?
    package var ramdiskID: String?
    package var enaSupport: Bool
    package var sriovNetSupport: String?
    package var bootMode: BootMode?
    package var tpmSupport: String?
    package var imdsSupport: String?
    /// Base64, at most 64,000 characters.
    package var uefiData: String?

    package init(
        architecture: Architecture,
        virtualization: Virtualization,
        kernelID: String? = nil,
        ramdiskID: String? = nil,
        enaSupport: Bool = false,
        sriovNetSupport: String? = nil,
        bootMode: BootMode? = nil,
        tpmSupport: String? = nil,
        imdsSupport: String? = nil,
        uefiData: String? = nil
    ) {
        self.architecture = architecture
        self.virtualization = virtualization
        self.kernelID = kernelID
        self.ramdiskID = ramdiskID
        self.enaSupport = enaSupport
        self.sriovNetSupport = sriovNetSupport
        self.bootMode = bootMode
        self.tpmSupport = tpmSupport
        self.imdsSupport = imdsSupport
        self.uefiData = uefiData
    }
}

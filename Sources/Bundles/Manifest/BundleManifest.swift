/// What `image.manifest.xml` (version 2007-10-10) says of a bundle: docs/formats/bundle.md.
package struct BundleManifest: Hashable, Sendable {
    package static let version = "2007-10-10"

    package enum Architecture: String, Hashable, Sendable {
        case i386
        case amd64 = "x86_64"
    }

    package enum Kind: String, Hashable, Sendable {
        case machine, kernel, ramdisk
    }

    /// The program that made the bundle.
    package struct Software: Hashable, Sendable {
        package var name: String
        package var version: String
        package var release: String

        package init(name: String, version: String, release: String = "1") {
            self.name = name
            self.version = version
            self.release = release
        }
    }

    /// `ami` to `sda1`, `ephemeral0` to `sdb`.
    package struct Mapping: Hashable, Sendable {
        package var virtual: String
        package var device: String

        package init(virtual: String, device: String) {
            self.virtual = virtual
            self.device = device
        }
    }

    package var software: Software
    package var architecture: Architecture
    package var mappings: [Mapping] = []
    package var kernelID: String?
    package var ramdiskID: String?
    package var productCodes: [String] = []
    /// The prefix of the bundle.
    package var name: String
    /// 12 digits.
    package var account: String
    package var kind: Kind = .machine
    /// Kernel images only.
    package var kernelName: String?
    /// Images that this one was made from.
    package var ancestry: [String] = []
    /// SHA-1 of the tar stream, before compression.
    package var digest: [UInt8]
    /// Bytes of the image.
    package var size: Int64
    /// Bytes of all parts.
    package var bundledSize: Int64
    /// Key and IV for EC2.
    package var ec2: WrappedKey
    /// Key and IV for the user.
    package var user: WrappedKey
    package var parts: [BundlePart]

    package init(
        software: Software,
        architecture: Architecture,
        name: String,
        account: String,
        contents: BundleContents,
        ec2: WrappedKey,
        user: WrappedKey
    ) {
        self.software = software
        self.architecture = architecture
        self.name = name
        self.account = account
        digest = contents.digest
        size = contents.size
        bundledSize = contents.bundledSize
        parts = contents.parts
        self.ec2 = ec2
        self.user = user
    }
}

/// What making a bundle found out, and its manifest tells.
package struct BundleContents: Hashable, Sendable {
    /// SHA-1 of the tar stream.
    package var digest: [UInt8]
    package var size: Int64
    package var bundledSize: Int64
    package var parts: [BundlePart]

    package init(digest: [UInt8], size: Int64, bundledSize: Int64, parts: [BundlePart]) {
        self.digest = digest
        self.size = size
        self.bundledSize = bundledSize
        self.parts = parts
    }
}

/// An encrypted piece of a bundle: a file beside the manifest.
package struct BundlePart: Hashable, Sendable {
    package var name: String
    /// SHA-1 of the file.
    package var digest: [UInt8]

    package init(name: String, digest: [UInt8]) {
        self.name = name
        self.digest = digest
    }
}

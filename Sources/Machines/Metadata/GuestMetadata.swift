import Domain
import Foundation

/// What a guest is told of itself by the instance metadata service, as a value (docs/behaviour/instance-metadata.md).
package struct GuestMetadata: Sendable, Equatable {
    package struct PublicKey: Sendable, Equatable {
        package let name: String
        /// A line as it stands in `authorized_keys`.
        package let line: String

        package init(name: String, line: String) {
            self.name = name
            self.line = line
        }
    }

    package struct SecurityGroup: Sendable, Equatable {
        package let id: String
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// The one network interface.
    package struct Interface: Sendable, Equatable {
        package let id: String
        /// In lower case, with colons.
        package let mac: String
        package let privateAddress: String
        package let publicAddress: String?
        package let subnetID: String
        package let subnetBlock: String
        package let vpcID: String
        package let vpcBlock: String
        package let groups: [SecurityGroup]

        package init(
            id: String,
            mac: String,
            privateAddress: String,
            publicAddress: String?,
            subnetID: String,
            subnetBlock: String,
            vpcID: String,
            vpcBlock: String,
            groups: [SecurityGroup]
        ) {
            self.id = id
            self.mac = mac
            self.privateAddress = privateAddress
            self.publicAddress = publicAddress
            self.subnetID = subnetID
            self.subnetBlock = subnetBlock
            self.vpcID = vpcID
            self.vpcBlock = vpcBlock
            self.groups = groups
        }
    }

    /// A device, as the block device mapping names it.
    package struct Device: Sendable, Equatable {
        /// `ami`, `root`, `ebs1`, `ephemeral0`.
        package let role: String
        package let name: String

        package init(role: String, name: String) {
            self.role = role
            self.name = name
        }
    }

    package struct InstanceProfile: Sendable, Equatable {
        package let id: String
        package let arn: String
        /// Nil while the profile holds no role.
        package let roleName: String?

        package init(id: String, arn: String, roleName: String?) {
            self.id = id
            self.arn = arn
            self.roleName = roleName
        }
    }

    /// How the service may be asked.
    package var options: MetadataOptions
    package let account: AccountID
    package let region: Region
    package let zone: String
    package let zoneID: String
    package let instanceID: String
    package let instanceType: String
    /// As images name it: `x86_64`.
    package let architecture: String
    package let imageID: String
    /// Where the bundle of an instance-store image is; nil for others.
    package let manifestPath: String?
    package let reservationID: String
    package let launchIndex: Int
    package let launchedAt: Date
    package let kernelID: String?
    package let ramdiskID: String?
    package var devices: [Device]
    package let hostname: String
    package let publicHostname: String?
    package let interface: Interface
    package let key: PublicKey?
    package var profile: InstanceProfile?
    package var tags: [Tag]
    package var userData: [UInt8]?

    package init(
        options: MetadataOptions,
        account: AccountID,
        region: Region,
        zone: String,
        zoneID: String,
        instanceID: String,
        instanceType: String,
        architecture: String,
        imageID: String,
        manifestPath: String? = nil,
        reservationID: String,
        launchIndex: Int,
        launchedAt: Date,
        kernelID: String? = nil,
        ramdiskID: String? = nil,
        devices: [Device],
        hostname: String,
        publicHostname: String?,
        interface: Interface,
        key: PublicKey?,
        profile: InstanceProfile?,
        tags: [Tag],
        userData: [UInt8]?
    ) {
        self.options = options
        self.account = account
        self.region = region
        self.zone = zone
        self.zoneID = zoneID
        self.instanceID = instanceID
        self.instanceType = instanceType
        self.architecture = architecture
        self.imageID = imageID
        self.manifestPath = manifestPath
        self.reservationID = reservationID
        self.launchIndex = launchIndex
        self.launchedAt = launchedAt
        self.kernelID = kernelID
        self.ramdiskID = ramdiskID
        self.devices = devices
        self.hostname = hostname
        self.publicHostname = publicHostname
        self.interface = interface
        self.key = key
        self.profile = profile
        self.tags = tags
        self.userData = userData
    }
}

import Domain
import Foundation
import Services
import Wire

extension MachineTraits.Architecture: QueryScalar {}
extension MachineTraits.Virtualization: QueryScalar {}
extension MachineTraits.BootMode: QueryScalar {}
extension VolumeType: QueryScalar {}

extension MachineTraits {
    private static let uefiDataLengthMax = 64_000

    init(from query: QueryReader) throws(RequestError) {
        self.init(
            // The defaults of the API, old as they are.
            architecture: try query["Architecture"] ?? .i386,
            virtualization: try query["VirtualizationType"] ?? .paravirtual,
            kernelID: try Self.machineID("KernelId", in: query),
            ramdiskID: try Self.machineID("RamdiskId", in: query),
            enaSupport: try query["EnaSupport"] ?? false,
            sriovNetSupport: try Self.only("simple", "SriovNetSupport", in: query),
            bootMode: try query["BootMode"],
            tpmSupport: try Self.only("v2.0", "TpmSupport", in: query),
            imdsSupport: try Self.only("v2.0", "ImdsSupport", in: query),
            uefiData: try query["UefiData"]
        )
        guard let uefiData else { return }
        let shown = uefiData.utf8.count > 32 ? "\(uefiData.prefix(32))…" : uefiData
        guard uefiData.utf8.count <= Self.uefiDataLengthMax else {
            throw .invalid("UefiData", shown, "At most \(Self.uefiDataLengthMax) characters are allowed")
        }
        // Tools that print it break the lines.
        let digits = uefiData.filter { !$0.isNewline }
        guard !digits.hasSuffix("==="), Data(base64Encoded: digits)?.isEmpty == false else {
            throw .invalid("UefiData", shown, "Base64 was expected")
        }
    }

    private static func machineID(_ name: String, in query: QueryReader) throws(RequestError) -> String? {
        guard let id: String = try query[name] else { return nil }
        guard id.utf8.count <= 32 else { throw .invalid(name, id, "An id such as aki-0123456789abcdef0 was expected") }
        return id
    }

    /// A parameter that has one possible value.
    private static func only(_ allowed: String, _ name: String, in query: QueryReader) throws(RequestError) -> String? {
        guard let value: String = try query[name] else { return nil }
        guard value == allowed else { throw .invalid(name, value, "The only possible value is \(allowed)") }
        return value
    }
}

/// `BlockDeviceMapping.N`.
struct BlockDeviceParameter: QueryStructure {
    let device: ImageRegistration.Device
    /// Of what is known and not to be had here.
    let refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        let volume: VolumeParameter? = try query["Ebs"]
        refusal = volume?.refusal
        // NoDevice is present with an empty text.
        let noDevice: PossiblyEmpty? = try query["NoDevice"]
        device = ImageRegistration.Device(
            name: try query["DeviceName"],
            virtualName: try query["VirtualName"],
            isSuppressed: noDevice != nil,
            volume: volume?.volume
        )
    }
}

private struct VolumeParameter: QueryStructure {
    let volume: ImageRegistration.Volume
    private(set) var refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        let outpost: String? = try query["OutpostArn"]
        if outpost != nil { refusal = OutpostParameters.refusal }
        for name in ["AvailabilityZone", "AvailabilityZoneId"] {
            let zone: String? = try query[name]
            guard zone != nil else { continue }
            refusal = Fault(.unsupportedOperation, "Ebs.\(name) is not supported: a volume is made in the zone of its instance")
        }
        let card: Int? = try query["EbsCardIndex"]
        guard card ?? 0 == 0 else { throw .invalid("EbsCardIndex", "\(card ?? 0)", "The only card of an instance has the index 0") }
        volume = ImageRegistration.Volume(
            snapshotID: try query["SnapshotId"],
            sizeGiB: try query["VolumeSize"],
            type: try query["VolumeType"],
            iops: try query["Iops"],
            throughput: try query["Throughput"],
            initializationRate: try query["VolumeInitializationRate"],
            deletesOnTermination: try query["DeleteOnTermination"],
            encryption: EncryptionRequest(isEncrypted: try query["Encrypted"], key: try query["KmsKeyId"])
        )
    }
}

import Domain

extension Image {
    init(row: SQLRow, devices: [BlockDevice], tags: [Tag]) throws {
        var reason: StateReason?
        if let code = try row.optionalText("reason_code") {
            reason = StateReason(code: code, message: try row.optionalText("reason_message") ?? "")
        }
        var source: Source?
        if let id: ImageID = try row.optionalValue("source_image_id") {
            source = Source(id: id, region: try row.value("source_region"))
        }
        try self.init(
            id: row.value("id"),
            owner: row.value("owner"),
            name: row.text("name"),
            description: row.text("description"),
            state: row.value("state"),
            stateReason: reason,
            createdAt: row.date("created_at"),
            traits: MachineTraits(row: row),
            rootDeviceName: row.text("root_device_name"),
            devices: devices,
            bundle: ImageBundle(row: row),
            source: source,
            sourceInstance: row.optionalValue("source_instance_id"),
            deprecatedAt: row.optionalDate("deprecated_at"),
            protection: DeregistrationProtection(row: row),
            lastLaunchedAt: row.optionalDate("last_launched_at"),
            isPublic: row.flag("public_shares"),
            tags: tags
        )
    }
}

extension ImageBundle {
    /// Nil in the row of an image over snapshots.
    init?(row: SQLRow) throws {
        guard let manifest: ManifestLocation = try row.optionalValue("manifest_location") else { return nil }
        try self.init(
            manifest: manifest,
            version: row.text("manifest_version"),
            etag: row.text("manifest_etag"),
            imageBytes: row.integer("bundle_image_bytes"),
            bundleBytes: row.integer("bundle_bytes")
        )
    }
}

extension MachineTraits {
    init(row: SQLRow) throws {
        try self.init(
            architecture: row.value("architecture"),
            virtualization: row.value("virtualization"),
            kernelID: row.optionalText("kernel_id"),
            ramdiskID: row.optionalText("ramdisk_id"),
            enaSupport: row.flag("ena_support"),
            sriovNetSupport: row.optionalText("sriov_net_support"),
            bootMode: row.optionalValue("boot_mode"),
            tpmSupport: row.optionalText("tpm_support"),
            imdsSupport: row.optionalText("imds_support"),
            uefiData: row.optionalText("uefi_data")
        )
    }
}

extension BlockDevice {
    init(row: SQLRow) throws {
        let target: Target
        if let type: VolumeType = try row.optionalValue("volume_type") {
            target = .volume(
                VolumeTemplate(
                    snapshotID: try row.optionalValue("snapshot_id"),
                    sizeGiB: Int(try row.integer("size_gib")),
                    type: type,
                    iops: try row.optionalInteger("iops").map(Int.init),
                    throughput: try row.optionalInteger("throughput").map(Int.init),
                    deletesOnTermination: try row.flag("deletes_on_termination"),
                    isEncrypted: try row.flag("encrypted")
                )
            )
        } else if let name = try row.optionalText("virtual_name") {
            target = .ephemeral(virtualName: name)
        } else {
            target = .none
        }
        self.init(name: try row.text("name"), target: target)
    }
}

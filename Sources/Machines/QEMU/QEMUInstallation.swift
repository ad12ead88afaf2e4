import Glibc

/// What is installed to run guests of one architecture.
package struct QEMUInstallation: Hashable, Sendable {
    /// Firmware that boots by UEFI: the code, and the variables that each machine begins with.
    package struct Firmware: Hashable, Sendable {
        package let code: String
        package let variables: String

        package init(code: String, variables: String) {
            self.code = code
            self.variables = variables
        }
    }

    package let architecture: MachineDescription.Architecture
    package let program: String
    /// The program that is a guest's network.
    package let helper: String
    /// Nil when it is not installed: then images boot by BIOS alone.
    package let firmware: Firmware?
    /// The program that is a guest's TPM; nil when it is not installed.
    package let tpm: String?

    package init(
        architecture: MachineDescription.Architecture,
        program: String,
        helper: String,
        firmware: Firmware?,
        tpm: String? = nil
    ) {
        self.architecture = architecture
        self.program = program
        self.helper = helper
        self.firmware = firmware
        self.tpm = tpm
    }

    /// - Parameters:
    ///   - searchPath: where QEMU is looked for, as in `PATH`.
    ///   - helpers: folders where `ferry-network` is looked for: that of the running program, and where the package puts it.
    ///   - share: where Debian's packages put firmware.
    package static func find(
        _ architecture: MachineDescription.Architecture,
        searching searchPath: String = "/usr/bin:/usr/local/bin:/bin",
        helpers: [String],
        share: String = "/usr/share"
    ) throws(MachineError) -> QEMUInstallation {
        let name = architecture == .x86 ? "qemu-system-x86_64" : "qemu-system-aarch64"
        guard let program = first(searchPath.split(separator: ":").map { "\($0)/\(name)" }, X_OK) else {
            throw MachineError(
                .missing,
                "Running instances of \(architecture.rawValue) needs \(name), which is not installed (Debian: \(architecture.package))."
            )
        }
        return QEMUInstallation(
            architecture: architecture,
            program: program,
            helper: try helper(in: helpers),
            firmware: firmware(architecture, share),
            tpm: first(searchPath.split(separator: ":").map { "\($0)/swtpm" }, X_OK)
        )
    }

    /// The program that is a guest's network.
    package static func helper(in folders: [String]) throws(MachineError) -> String {
        guard let helper = first(folders.map { "\($0)/ferry-network" }, X_OK) else {
            throw MachineError(.missing, "Running instances needs ferry-network beside ferry, and it is missing: install Ferry again.")
        }
        return helper
    }

    /// - Throws: when a machine could not boot so here.
    package func requireFirmware(for bootMode: MachineDescription.BootMode) throws(MachineError) { _ = try firmware(for: bootMode) }

    /// The program that is a guest's TPM.
    package func requireTPM() throws(MachineError) -> String {
        guard let tpm else { throw MachineError(.missing, "A TPM needs swtpm, which is not installed (Debian: swtpm).") }
        return tpm
    }

    /// How a machine boots here: `uefi-preferred` is BIOS where no firmware for UEFI is.
    ///
    /// - Throws: when it boots by UEFI alone and the firmware is missing.
    func firmware(for bootMode: MachineDescription.BootMode) throws(MachineError) -> Firmware? {
        if bootMode == .bios || (bootMode == .uefiPreferred && architecture == .x86 && firmware == nil) { return nil }
        guard let firmware else {
            throw MachineError(.missing, "Booting by UEFI needs firmware that is not installed (Debian: \(architecture.firmwarePackage)).")
        }
        return firmware
    }

    private static func firmware(_ architecture: MachineDescription.Architecture, _ share: String) -> Firmware? {
        let pairs =
            architecture == .x86
            ? [("OVMF/OVMF_CODE_4M.fd", "OVMF/OVMF_VARS_4M.fd"), ("OVMF/OVMF_CODE.fd", "OVMF/OVMF_VARS.fd")]
            : [("AAVMF/AAVMF_CODE.fd", "AAVMF/AAVMF_VARS.fd")]
        return pairs.lazy.map { Firmware(code: "\(share)/\($0)", variables: "\(share)/\($1)") }
            .first { access($0.code, R_OK) == 0 && access($0.variables, R_OK) == 0 }
    }

    private static func first(_ places: [String], _ mode: Int32) -> String? { places.first { access($0, mode) == 0 } }
}

extension MachineDescription.Architecture {
    /// Debian's package of QEMU.
    var package: String { self == .x86 ? "qemu-system-x86" : "qemu-system-arm" }
    var firmwarePackage: String { self == .x86 ? "ovmf" : "qemu-efi-aarch64" }
}

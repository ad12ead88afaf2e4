import ArgumentParser
import Bundles

/// What the options say of the machines that start from the image.
extension BundleCommand {
    /// Before anything is written: of a bundle that says something else no image could be made.
    func checkMachine() throws {
        do throws(BundleError) {
            _ = try BundleManifest.Mapping.list(from: blockDeviceMapping)
            if let productCodes { _ = try BundleManifest.productCodes(from: productCodes) }
        } catch {
            throw ValidationError(error.cause)
        }
        guard !register || productCodes == nil else {
            throw ValidationError("Ferry registers no image with product codes: --register and --product-codes do not go together.")
        }
    }

    func describeMachine(in manifest: inout BundleManifest) throws(BundleError) {
        manifest.mappings = try BundleManifest.Mapping.list(from: blockDeviceMapping)
        (manifest.kernelID, manifest.ramdiskID) = (kernel, ramdisk)
        if let productCodes { manifest.productCodes = try BundleManifest.productCodes(from: productCodes) }
    }
}

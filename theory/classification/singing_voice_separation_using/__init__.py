r"""Singing voice separation by ideal binary mask and cross-entropy (paper ``singing_voice_separation_using``).

A network is trained by cross-entropy, bin by bin of the spectrogram, to predict the ideal binary mask: 1 where the
energy s of the voice exceeds the energy n of the rest. Decided (`claims_ideal_binary_mask`):

- the cross-entropy is least at P(mask = 1 | input), in one bin and summed over any number of bins (proved);
- of all binary masks the ideal one has the least error and the largest signal-to-noise ratio (proved, any number of
  bins); of soft masks applied to amplitudes in phase it has not (refuted);
- keeping a bin where that probability is at least 1/2 need not have the smaller expected error (refuted): amounts
  count; it has where the voice, when ahead, leads by at least as much as the rest does (proved).

Error of a binary mask: n where the bin is kept, s where it is dropped; ``SNR = 10 log10(sum s/error)``. Numbers:
`binary_mask.ideal_binary_mask`, ``masked_ratio``, ``mask_cross_entropy``. Exact loss and known slips:
`binary_mask_expressions`.
"""

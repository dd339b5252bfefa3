package org.openclip.models.timm;

import java.util.Set;

/** The models of timm that one class of trunks covers. */
interface TimmFamily {
  /** Returns timm's names of the models. */
  Set<String> names();

  /** Creates the trunk of one of the {@linkplain #names names}. */
  TimmTrunk create(TimmTrunk.Request request);
}

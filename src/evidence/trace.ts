export interface Trace { readonly format: 'pagedeed-trace' }
